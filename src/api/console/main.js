// SPDX-License-Identifier: Apache-2.0
/*
 * The frame: which page is shown, the mark that says how fresh it is, and the stream that all
 * pages share. A page is a function of the words of its address that returns {title, under or
 * head, content, loaders, topics, overview(data), group(name, data), event(event)}.
 */
import {get, session} from "./api.js";
import {askForKey, keyPressed, told} from "./dialog.js";
import {fill, h, name, plain, put, refill, set} from "./dom.js";
import {keyPanel} from "./loader.js";
import {configurationPage} from "./page_configuration.js";
import {eventsPage} from "./page_events.js";
import {failedPage} from "./page_failed.js";
import {groupPage} from "./page_group.js";
import {mapPage} from "./page_map.js";
import {groupsPage, overviewPage} from "./page_overview.js";
import {processesPage} from "./page_processes.js";
import {servicesPage} from "./page_services.js";
import {tryPage} from "./page_try.js";
import {shape} from "./states.js";
import {Stream} from "./stream.js";
import {moment, span} from "./text.js";

const pages = {
  overview: ["Overview", overviewPage],
  groups: ["Target groups", (shell, ...rest) => (rest.length ? groupPage : groupsPage)(shell, ...rest)],
  map: ["Map", mapPage], try: ["Try a request", tryPage], services: ["Services", servicesPage], events: ["Events", eventsPage],
  failed: ["Failed requests", failedPage], configuration: ["Configuration", configurationPage],
  processes: ["Processes", processesPage],
};

const [main, nav, menu, mark, key, balancer] = ["main", "nav", "menu", "mark", "key", "balancer"].map(id => document.getElementById(id));
const needs = h("span", {id: "needs"});
const lost = h("div", {role: "alert"});
const shell = {overview: null};
let page = {};
let place;

const stream = new Stream({
  overview(data) {
    shell.overview = data;
    data.Needs ??= [];
    const {length} = data.Needs;
    refill(needs, length, () => length > 0 && [shape("alarm"), length, h("span.unseen", " need you")]);
    page.overview?.(data);
  },
  group: (group, data) => page.group?.(group, data),
  event: event => page.event?.(event),
  back() {
    get("/v1/status").then(({LoadBalancerName}) => put(balancer, plain(LoadBalancerName)), () => {});
    page.loaders?.forEach(loader => loader.load());
  },
  refused: showMark,
});

const marks = {
  live: ["disc", "good", () => "live", "Told anew each second. Press to pause."],
  connecting: ["ring", "calm", () => "connecting", ""],
  paused: ["bars", "hold", () => "paused", "Nothing is asked for. Press to go on."],
  refused: ["bars", "warn", () => "needs a key", "Reading without a key is turned off here."],
  lost: ["alarm", "bad", () => `connection lost since ${span(stream.lostSeconds)}`, "It is tried again by itself. Press to pause."],
};

function showMark() {
  const [kind, tone, words, title] = marks[stream.state];
  refill(mark, stream.state, () => [shape(kind), h("span")]);
  mark.className = "state " + tone;
  mark.title = title;
  put(mark.lastChild, words());
  const isLost = stream.state === "lost" && stream.lostSeconds > 3;
  main.className = isLost ? "stale" : stream.state;
  refill(lost, main.className, () => isLost ? told("bad", "alarm",
    `No word from fairlead since ${moment(stream.lastHeard)}: what you see is from then. ` +
    "Requests may well be served, since workers go on without the console. On its machine, fairleadctl status tells.")
    : stream.state === "refused" && keyPanel());
}

async function pressMark() {
  if (stream.state === "refused")
    await askForKey();
  else
    stream.pause(!stream.isPaused);
  showMark();
}

function showKey() {
  const {caller} = session;
  fill(key, caller ? ["Key ", name(caller.Name), caller.IsReadOnly && " (read-only)"] : "Enter a key");
}

/* The words of the address: "#/groups/web/check". */
function words() {
  try {
    return location.hash.split("/").slice(1).filter(Boolean).map(decodeURIComponent);
  } catch {
    return [];
  }
}

function missingPage() {
  return {title: "Not found", content: h("p", "There is no such page. ", h("a", {href: "#/overview"}, "Go to the overview"), ".")};
}

function show() {
  const [first = "overview", ...rest] = words();
  const isFirst = place === undefined;
  const isSame = place === first + rest[0];
  place = first + rest[0];
  page.loaders?.forEach(loader => loader.close());
  page = (Object.hasOwn(pages, first) ? pages[first][1] : missingPage)(shell, ...rest);
  document.title = `${plain(page.title)} · fairlead`;
  for (const link of nav.querySelectorAll("a"))
    set(link, "aria-current", link.hash === "#/" + first && "page");
  fill(main, lost, h("div", page.head ?? [h("h1", page.title), h("p.under", page.under)], page.content));
  openMenu(false);
  if (!isFirst && !isSame) {
    scrollTo(0, 0);
    main.focus({preventScroll: true});
  }
  stream.follow(["overview", ...page.topics ?? []]);
  if (shell.overview)
    page.overview?.(shell.overview);
}

function openMenu(isOpen) {
  set(menu, "aria-expanded", String(isOpen));
  nav.classList.toggle("on", isOpen);
}

fill(nav, h("ul", Object.entries(pages).map(([id, [title]]) => h("li", h("a", {href: "#/" + id}, title, id === "overview" && needs)))));
menu.addEventListener("click", () => openMenu(menu.ariaExpanded !== "true"));
mark.addEventListener("click", pressMark);
key.addEventListener("click", keyPressed);
session.onchange(() => {
  showKey();
  stream.restart();
});
addEventListener("hashchange", () => location.hash.startsWith("#/") && show());
document.addEventListener("visibilitychange", showMark);
setInterval(showMark, 500);
showKey();
show();
showMark();
