// SPDX-License-Identifier: Apache-2.0
/* What is in force, whether the file on disk is right, and reading it again. */
import {get, post, session} from "./api.js";
import {ask, askForKey, errorText} from "./dialog.js";
import {button, command, facts, fill, h, name, panel, quoted} from "./dom.js";
import {Loader} from "./loader.js";
import {isSet, settingTable, WHY_KEY} from "./settings.js";
import {sign} from "./states.js";
import {choice, searchField} from "./table.js";
import {age, moment} from "./text.js";

function outcomeOf({Text, Warnings = [], Changes = []}) {
  return h("div.said.good", null, sign("good", "check"), h("div", null, h("p", null, name(Text)), h("ul.plain", null, Changes.map(line => h("li.mono", null, name(line))),
    Warnings.map(line => h("li", null, sign("warn", "alarm", "warning"), " ", name(line))))));
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

  function reload(isForced) {
    let answer;
    ask({title: "Reload the configuration?", verb: "Reload", line: () => "fairleadctl reload" + (isForced ? " --force" : ""), done: () => answer.Text,
      effects: () => ["The file is read and checked. When it is right, it is in force in every worker at once; no connection closes.", "When it has a mistake nothing changes, and each mistake is told with its line.",
                      ...(isForced ? [{warn: "By force it may close every listener or remove every provider."}] : [])],
      async act() {
        try {
          answer = await post("/v1/reload", isForced ? {Force: true} : {});
          fill(outcome, outcomeOf(answer));
        } finally {
          status.load();
          listing.load();
        }
      }});
  }

  const status = new Loader(() => get("/v1/status"), answer => fill(about, answer.LastReloadWasRefused && h("div.said.bad", null, sign("bad", "alarm"),
      h("p", null, "The last reload was refused: the file has mistakes, and what was in force before still is. Next: press Check the file to see each mistake with its line.")),
    facts([["File", name(answer.ConfigurationFile)], ["In force since", `${moment(answer.ConfiguredAt)}, ${age(answer.ConfiguredAt)} ago`], ["Reloads so far", answer.Reloads],
           ["Listeners, groups, services", `${answer.ListenerCount}, ${answer.TargetGroupCount}, ${answer.ServiceCount}`]]),
    h("p.hint", null, "The same on the command line:"), command(`fairleadctl check ${quoted(answer.ConfigurationFile)}`), command("fairleadctl reload")));
  const listing = new Loader(() => get("/v1/configuration"), answer => {
    const table = settingTable(answer);
    fill(settings, h("div.tools", null, searchField("Find a setting: name, value, line", words => table.find(words)),
      choice("Which settings", [["", "All settings"], ["set", "Set in the file"]], word => table.only(setting => !word || isSet(setting)))), panel(null, table.node));
  }, {why: WHY_KEY});

  return {title: "Configuration", back: () => status.load(), close() { status.close(); listing.close(); },
    node: h("div", null, h("h1", null, "Configuration"), panel("The file", status.node, about, h("div.buttons.left", null, button("Check the file", check), button("Reload", () => reload(false), "primary"),
      button("Reload by force", () => reload(true), "link")), outcome), listing.node, settings)};
}
