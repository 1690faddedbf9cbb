// SPDX-License-Identifier: Apache-2.0
/* Which rule a request would meet, asked of what workers use; nothing is sent. */
import {get, withQuery} from "./api.js";
import {errorText, field} from "./dialog.js";
import {facts, fill, groupLink, h, name, panel, plain, quoted, sameLine} from "./dom.js";
import {sign, stateMark} from "./states.js";
import {plural} from "./text.js";

function commandLine({url, method, header, source}) {
  return ["fairleadctl explain", quoted(url), ...header.map(line => "-H " + quoted(line)), method !== "GET" && "-X " + quoted(method),
    source && "--source " + quoted(source)].filter(Boolean).join(" ");
}

/* Tone, shape and sentence. */
function verdict({Refused, Location, Priority, ListenerName, ActionText, TargetGroups = []}) {
  const rule = `Rule ${Priority} of ${ListenerName}`;
  const targets = TargetGroups.reduce((sum, group) => sum + group.Targets.length, 0);
  if (Refused)
    return ["bad", "alarm", `Refused with ${Refused.StatusCode} before any rule is asked: ${Refused.Text}.`];
  if (Location || TargetGroups.length === 0)
    return ["good", "info", `${rule} answers it: ${ActionText}.`];
  if (targets === 0)
    return ["bad", "alarm", `${rule} takes it, and no target can: it is answered 503.`];
  return ["good", "check", `${rule} takes it; ${plural(targets, "target")} may be chosen.`];
}

function groupItem({TargetGroupName, Targets, Weight, FailsOpen}, sum) {
  const more = Targets.length - 20;
  return h("li", groupLink(TargetGroupName), sum > Weight && ` gets ${Math.round(Weight / sum * 100)} % of them`, " ",
    FailsOpen && stateMark("fails open"), Targets.length === 0 && stateMark("empty"),
    h("p.mono", Targets.slice(0, 20).join("  "), more > 0 && `  and ${more} more`));
}

function passedOver({PassedOver: rules = [], PassedOverCount: count}) {
  const last = count > rules.length && `; the last ${rules.length}:`;
  return rules.length > 0 && h("details", h("summary", `${plural(count, "rule")} before it did not fit`, last),
    h("ol.plain", rules.map(rule => h("li", h("span.priority", rule.Priority), " ", name(rule.ConditionsText),
      h("span.note", " no, because of ", plain(rule.DoesNotMatch))))));
}

function answerPanel(answer, line) {
  const [tone, kind, sentence] = verdict(answer);
  const groups = answer.TargetGroups ?? [];
  const sum = groups.reduce((all, group) => all + group.Weight, 0);
  const received = answer.TargetReceives?.trimEnd().split("\r\n").map(plain).join("\n");
  return panel(
    h("div.sentence", h("div.big", sign(tone, kind)), h("div", h("h2", plain(sentence)), h("p.under", plain(answer.Note)))),
    facts([["Takes requests where", answer.ConditionsText], ["Does", answer.ActionText], ["Location", answer.Location],
      ["Desync reason", answer.Refused?.DesyncReason]]),
    h("ul.plain", groups.map(group => groupItem(group, sum))), passedOver(answer),
    received && h("details", {open: true}, h("summary", "What a target receives"), h("pre", {tabindex: 0}, received)), sameLine(line));
}

export function tryPage() {
  const url = field("URL", {required: true, inputmode: "url", placeholder: "http://shop.example.com/app1/"},
    "As a client would ask for it. Without a host it is what stands in the request line.");
  const method = field("Method", {value: "GET", required: true});
  const header = field("Header fields, one a line", {rows: 3, placeholder: "Cookie: a=b"});
  const source = field("Client's address", {placeholder: "192.0.2.7"}, "Where rules ask for source-ip.");
  const answer = h("div", {"aria-live": "polite"});

  async function onsubmit(event) {
    event.preventDefault();
    const asked = {url: url.value, method: method.value, source: source.value,
      header: header.value.split("\n").map(line => line.trim()).filter(Boolean)};
    try {
      fill(answer, answerPanel(await get(withQuery("/v1/explain", asked)), commandLine(asked)));
    } catch (error) {
      fill(answer, errorText(error));
    }
  }

  const go = h("div.buttons.left", h("button.primary", {type: "submit"}, "See where it goes"));
  return {title: "Try a request", under: "Fairlead reads it as a worker would, and tells which rule takes it. Nothing is sent.",
    content: [panel(h("form.try", {onsubmit}, url.node, method.node, source.node, header.node, go)), answer]};
}
