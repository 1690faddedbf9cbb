// SPDX-License-Identifier: Apache-2.0
/* What is in force and where it was set, whether the file on disk is right, and reading it again. */
import {post, session} from "./api.js";
import {texts} from "./columns.js";
import {ask, askForKey, errorText, told} from "./dialog.js";
import {button, facts, fill, h, name, panel, quoted, sameLine} from "./dom.js";
import {Loader} from "./loader.js";
import {sign} from "./states.js";
import {Table} from "./table.js";
import {age, moment} from "./text.js";

export const WHY_KEY = "The configuration holds paths and addresses of this machine, so reading it needs an access key.";

/* All settings, or those of one target group, whose paths begin with its list and its name. */
export function settingTable({Settings}, group) {
  const prefix = group ? `target_groups.${group}.` : "";
  const table = new Table({caption: "Settings", key: setting => setting.Path, columns: [
    texts("Setting", setting => setting.Path.slice(prefix.length)), texts("Value", "Value"), texts("Default", "Default"),
    texts("Where set", setting => setting.Where ?? "default")]});
  table.update(Settings.filter(setting => setting.Path.startsWith(prefix)));
  return table;
}

function outcomeOf({Text, Warnings = [], Changes = []}) {
  return told("good", "check", h("p", name(Text)), h("ul.plain", Changes.map(line => h("li.mono", name(line))), Warnings.map(line => h("li", sign("warn", "alarm", "warning"), " ", name(line)))));
}

export function configurationPage() {
  const about = h("div");
  const outcome = h("div", {"aria-live": "polite"});
  const settings = h("div");

  async function check() {
    if (!session.caller && !await askForKey())
      return;
    try {
      fill(outcome, outcomeOf(await post("/v1/check", {})));
    } catch (error) {
      fill(outcome, errorText(error));
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
        } finally {
          status.load();
          listing.load();
        }
      }});
  }

  const status = new Loader(["/v1/status"], answer => fill(about, answer.LastReloadWasRefused && told("bad", "alarm",
    "The last reload was refused: the file has mistakes, and what was in force before still is. Next: press Check the file to see each mistake with its line."),
    facts([["File", answer.ConfigurationFile], ["In force since", `${moment(answer.ConfiguredAt)}, ${age(answer.ConfiguredAt)} ago`], ["Reloads so far", answer.Reloads],
      ["Listeners, groups, services", `${answer.ListenerCount}, ${answer.TargetGroupCount}, ${answer.ServiceCount}`]]),
    sameLine(`fairleadctl check ${quoted(answer.ConfigurationFile)}\nfairleadctl reload`)));
  const listing = new Loader(["/v1/configuration"], answer => {
    const table = settingTable(answer);
    fill(settings, h("div.tools", table.search("Find a setting: name, value, file:line")), panel(table.node));
  }, {why: WHY_KEY});

  return {title: "Configuration", loaders: [status, listing], content: [
    panel(h("h2", "The file"), status.node, about, h("div.buttons.left", button("Check the file", check), button("Reload", reload, "primary")),
      outcome), listing.node, settings]};
}
