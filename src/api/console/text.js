// SPDX-License-Identifier: Apache-2.0
/* Numbers, spans and moments as people read them. */

let ahead = 0; /* of fairlead's clock before this computer's, in milliseconds */

/* fairlead told what time it has. */
export function clockTold(time) {
  const told = Date.parse(time);
  if (Math.abs(told - now()) > 1500)
    ahead = told - Date.now();
}

/* In milliseconds, by fairlead's clock: so are all the moments that it tells. */
export function now() {
  return Date.now() + ahead;
}

const grouped = new Intl.NumberFormat("en");

function isMissing(value) {
  return value === null || value === undefined;
}

export function count(value) {
  return isMissing(value) ? "–" : grouped.format(Math.round(value));
}

/* 0, 0.04, 3.2, 45, 1,234: as many digits as matter. */
export function rate(value) {
  if (isMissing(value) || value >= 9.95)
    return count(value);
  return value >= 0.095 ? value.toFixed(1) : value >= 0.005 ? value.toFixed(2) : "0";
}

export function milliseconds(value) {
  if (isMissing(value))
    return "–";
  return value >= 995 ? rate(value / 1000) + " s" : (value >= 9.95 ? count(value) : value.toFixed(1)) + " ms";
}

export function plural(number, one) {
  return count(number) + " " + one + (number === 1 ? "" : "s");
}

/* "2 of 3" */
export function part(some, all) {
  return `${count(some)} of ${count(all)}`;
}

export function span(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const pair = (large, one, small, other) => `${Math.floor(whole / large)} ${one} ${Math.floor(whole % large / small)} ${other}`;
  if (whole < 3600)
    return whole < 60 ? whole + " s" : Math.floor(whole / 60) + " min";
  return whole < 86400 ? pair(3600, "h", 60, "min") : pair(86400, "d", 3600, "h");
}

/* How long ago a moment was; "" where there is none. */
export function age(time) {
  const then = new Date(time ?? NaN).getTime();
  return Number.isNaN(then) ? "" : span((now() - then) / 1000);
}

/* The clock's time here, with the day where that is not today. */
export function moment(time) {
  const date = new Date(time);
  if (Number.isNaN(date.getTime()))
    return "–";
  const clock = date.toTimeString().slice(0, 8);
  return date.toDateString() === new Date(now()).toDateString() ? clock : date.toLocaleDateString("en-CA") + " " + clock;
}

export function address({Id, Port}) {
  return (Id.includes(":") ? `[${Id}]` : Id) + ":" + Port;
}
