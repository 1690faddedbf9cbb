// SPDX-License-Identifier: Apache-2.0
/* What is in force, where it was set, and reading the file again. */
import {get, post, session} from "./api.js";
import {texts} from "./columns.js";
import {ask, askForKey, errorText, told} from "./dialog.js";
import {button, facts, fill, h, name, panel} from "./dom.js";
import {Loader} from "./loader.js";
import {sign} from "./states.js";
import {Table} from "./table.js";
import {age, moment} from "./text.js";

export const WHY_KEY = "The configuration holds paths and addresses of this machine, so reading it needs an access key.";

function valueText(value) {
  return [value].flat().join(", ") || null;
}

function placeText({File, Line, Follows}) {
  if (File)
    return Line ? `${File.split("/").at(-1)}:${Line}` : "API";
  return Follows ? "follows " + Follows : "default";
}

/* Settings; prefix: what all their paths begin with. */
export function settingTable({Settings}, prefix = "") {
  const table = new Table({caption: "Settings", key: setting => setting.Path, columns: [
    texts("Setting", setting => setting.Path.slice(prefix.length)), texts("Value", setting => valueText(setting.Value)),
    texts("Default", setting => valueText(setting.Default)), texts("Where set", placeText)]});
  table.update(Settings.filter(setting => !setting.IsElement));
  return table;
}

function changeTable(changes) {
  const table = new Table({caption: "What a reload would change", key: change => change.Path, columns: [
    texts("Setting", "Path"), texts("Change", change => change.Change + (change.NeedsRestart ? ", after a restart" : "")),
    texts("Running", change => valueText(change.Running)), texts("In the file", change => valueText(change.InFile)),
    texts("Where", placeText)]});
  table.update(changes);
  return table.node;
}

function outcomeOf({Text, Warnings = []}) {
  return told("good", "check", h("p", name(Text)),
    h("ul.plain", Warnings.map(line => h("li", sign("warn", "alarm", "warning"), " ", name(line)))));
}

function differenceOf({Text, Changes, Refusals}) {
  return [h("p", "A reload would say: ", h("b", name(Text))), Changes.length > 0 && changeTable(Changes),
    Refusals.map(line => h("p", sign("warn", "alarm", "needs force"), " ", name(line), ": fairleadctl reload --force"))];
}

export function configurationPage() {
  const about = h("div");
  const outcome = h("div", {"aria-live": "polite"});
  const difference = h("div");
  const settings = h("div");

  async function check() {
    if (!session.caller && !await askForKey())
      return;
    try {
      fill(outcome, outcomeOf(await post("/v1/check", {})));
      fill(difference, differenceOf(await get("/v1/configuration/difference")));
    } catch (error) {
      fill(outcome, errorText(error));
      fill(difference);
    }
  }

  function reload() {
    let answer;
    ask({title: "Reload the configuration?", verb: "Reload", line: () => "fairleadctl reload", done: () => answer.Text,
      effects: () => ["The file is read and checked. When it is right, it is in force in every worker at once; no connection closes.",
        "When it has a mistake nothing changes, and each mistake is told with its line."],
      async act() {
        try {
          answer = await post("/v1/reload", {});
          fill(outcome, outcomeOf(answer));
          fill(difference);
        } finally {
          status.load();
          listing.load();
        }
      }});
  }

  const status = new Loader(["/v1/status"], answer => fill(about, answer.LastReloadWasRefused && told("bad", "alarm",
    h("p", "The last reload was refused: the file has mistakes, and what was in force before still is."),
    h("p", "Next: press Check the file to see each mistake with its line.")),
    facts([["File", answer.ConfigurationFile], ["Reloads so far", answer.Reloads],
      ["In force since", `${moment(answer.ConfiguredAt)}, ${age(answer.ConfiguredAt)} ago`]])));
  const listing = new Loader(["/v1/configuration"], answer => {
    const table = settingTable(answer);
    const rest = answer.Count - answer.First - answer.Settings.length;
    fill(settings, h("div.tools", table.search("Find a setting: name, value, file:line")),
      panel(table.node, rest > 0 && h("p.note", `And ${rest} more: fairleadctl config PATH shows them.`)));
  }, {why: WHY_KEY});

  return {title: "Configuration", loaders: [status, listing], content: [
    panel(h("h2", "The file"), status.node, about, h("div.buttons.left", button("Check the file", check),
      button("Reload", reload, "primary")), outcome, difference), listing.node, settings]};
}
