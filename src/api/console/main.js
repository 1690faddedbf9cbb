// SPDX-License-Identifier: Apache-2.0
/*
 * The frame: which page is shown, the mark that says how fresh it is, and the stream that all
 * pages share. A page is a function of the words of its address that returns
 * {title, node, topics, overview(data), group(name, data), event(event), back(), close()}.
 */
import {session} from "./api.js";
import {fill, h, plain, put, set} from "./dom.js";
import {askForKey, keyPressed} from "./dialog.js";
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
import {moment, now, plural, span} from "./text.js";

const pages = [
  ["overview", "Overview", overviewPage], ["groups", "Target groups", groupsPage], ["map", "Map", mapPage],
  ["try", "Try a request", tryPage], ["services", "Services", servicesPage], ["events", "Events", eventsPage],
  ["failed", "Failed requests", failedPage], ["configuration", "Configuration", configurationPage], ["processes", "Processes", processesPage],
];

const element = id => document.getElementById(id);
const main = element("main");
const lost = h("div.lost", {role: "alert", hidden: true});
const shell = {overview: null};
let page = null;

const stream = new Stream({
  overview: data => {
    shell.overview = data;
    put(element("balancer"), plain(data.LoadBalancerName ?? ""));
    showNeeds(data.Needs.length);
    page?.overview?.(data);
  },
  group: (group, data) => page?.group?.(group, data),
  event: event => page?.event?.(event),
  back: () => page?.back?.(),
  refused: async () => (await askForKey()) && stream.restart(),
});

function showNeeds(needs) {
  const badge = element("needs");
  badge.hidden = needs === 0;
  if (badge.dataset.needs === String(needs))
    return;
  badge.dataset.needs = needs;
  fill(badge, shape("alarm"), String(needs), h("span.unseen", null, needs === 1 ? " needs you" : " need you"));
}

const marks = {
  live: ["disc", "good", () => "live", "What you see is what fairlead tells each second. Press to pause."],
  connecting: ["ring", "calm", () => "connecting", ""],
  paused: ["bars", "hold", () => "paused", "Nothing is asked for. Press to go on."],
  refused: ["bars", "warn", () => "needs a key", "Reading without a key is turned off here."],
  lost: ["alarm", "bad", () => `connection lost since ${span(stream.lostSeconds)}`, "It is tried again every few seconds. Press to pause."],
};

function showMark() {
  const mark = element("mark");
  const [kind, tone, words, title] = marks[stream.state];
  if (mark.dataset.state !== stream.state) {
    mark.dataset.state = stream.state;
    mark.className = "state " + tone;
    mark.title = title;
    fill(mark, shape(kind), h("span"));
  }
  put(mark.lastChild, words());
  const isLost = stream.state === "lost" && stream.lostSeconds > 3;
  if (lost.hidden === isLost) {
    lost.hidden = !isLost;
    if (isLost)
      fill(lost, shape("alarm"), h("p", null, `No word from fairlead since ${moment(now() / 1000 - stream.lostSeconds)}: what you see is from then. ` +
        "Requests may well be served: workers go on without the console. On its machine, ", h("code", null, "fairleadctl status"), " tells."));
  }
  main.classList.toggle("stale", isLost);
}

function showKey() {
  const {caller} = session;
  const key = element("key");
  fill(key, caller ? ["Key ", h("bdi", null, plain(caller.Name)), caller.IsReadOnly ? " (read-only)" : ""] : "Enter a key");
  key.title = caller ? "Changes are signed with this key" : "Looking is free; changes need an access key";
}

function words() {
  const [path] = location.hash.replace(/^#\/?/, "").split("?");
  try {
    return path.split("/").filter(Boolean).map(decodeURIComponent);
  } catch {
    return [];
  }
}

function route() {
  const [first = "overview", ...rest] = words();
  const found = pages.find(entry => entry[0] === first);
  if (!found)
    return {title: "Not found", node: h("p", null, "There is no such page. ", h("a", {href: "#/overview"}, "Go to the overview"), "."), topics: []};
  return first === "groups" && rest.length ? groupPage(shell, ...rest) : found[2](shell, ...rest);
}

function show(isFirst) {
  const [first = "overview", second] = words();
  const place = first + "/" + (second ?? "");
  const isSame = place === show.place;
  show.place = place;
  page?.close?.();
  page = route();
  document.title = `${plain(page.title)} · fairlead`;
  for (const link of element("nav").querySelectorAll("a"))
    set(link, "aria-current", link.dataset.page === first ? "page" : null);
  fill(main, lost, page.node);
  openMenu(false);
  if (!isFirst && !isSame) {
    scrollTo(0, 0);
    main.focus({preventScroll: true});
  }
  stream.follow(["overview", ...(page.topics ?? [])]);
  if (shell.overview)
    page.overview?.(shell.overview);
}

function openMenu(isOpen) {
  set(element("menu"), "aria-expanded", String(isOpen));
  element("nav").classList.toggle("on", isOpen);
}

async function pressMark() {
  if (stream.state === "refused") {
    if (await askForKey())
      stream.restart();
  } else {
    stream.pause(!stream.isPaused);
  }
  showMark();
}

/* "/" goes to the field that finds things, as it does elsewhere. */
function onKey(event) {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName))
    return;
  const search = main.querySelector("input[type=search]");
  if (search && !document.querySelector("dialog[open]")) {
    event.preventDefault();
    search.focus();
  }
}

function begin() {
  fill(element("nav"), h("ul", null, pages.map(([id, title]) => h("li", null,
    h("a", {href: "#/" + id, "data-page": id}, title, id === "overview" && h("span.badge", {id: "needs", hidden: true}))))));
  element("menu").addEventListener("click", () => openMenu(element("menu").getAttribute("aria-expanded") !== "true"));
  element("mark").addEventListener("click", pressMark);
  element("key").addEventListener("click", keyPressed);
  session.onchange(() => {
    showKey();
    stream.restart();
  });
  addEventListener("hashchange", () => location.hash.startsWith("#/") && show(false));
  addEventListener("keydown", onKey);
  document.addEventListener("visibilitychange", showMark);
  setInterval(showMark, 500);
  showKey();
  show(true);
  showMark();
}

begin();
