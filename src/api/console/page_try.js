// SPDX-License-Identifier: Apache-2.0
/* Which rule a request would meet, asked of what workers use; nothing is sent. */
import {get, withQuery} from "./api.js";
import {errorText, field} from "./dialog.js";
import {command, facts, fill, groupLink, h, name, panel, plain, quoted} from "./dom.js";
import {sign, stateMark} from "./states.js";
import {plural} from "./text.js";

function commandLine({url, method, header, source}) {
  return ["fairleadctl explain", quoted(url), ...header.map(line => "-H " + quoted(line)), method === "GET" ? "" : "-X " + quoted(method), source && "--source " + quoted(source)].filter(Boolean).join(" ");
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
  return h("li", null, groupLink(TargetGroupName), sum > Weight && ` gets ${Math.round(Weight / sum * 100)} % of them`, " ", FailsOpen && stateMark("fails open"), Targets.length === 0 && stateMark("empty"),
           h("p.mono", null, Targets.slice(0, 20).join("  "), more > 0 && `  and ${more} more`));
}

function passedOver(rules = []) {
  return rules.length > 0 && h("details", null, h("summary", null, `${plural(rules.length, "rule")} before it did not fit`),
    h("ol.plain", null, rules.slice(-50).map(rule => h("li", null, h("span.priority", null, rule.Priority), " ", name(rule.ConditionsText), h("span.note", null, " no, because of ", plain(rule.DoesNotMatch))))));
}

function answerPanel(answer, line) {
  const [tone, kind, sentence] = verdict(answer);
  const groups = answer.TargetGroups ?? [];
  const sum = groups.reduce((all, group) => all + group.Weight, 0);
  return panel(null, h("div.sentence", null, sign(tone, kind, null, "big"), h("div", null, h("h2", null, plain(sentence)), h("p.under", null, plain(answer.Note)))),
    facts([["Takes requests where", answer.ConditionsText && name(answer.ConditionsText)], ["Does", name(answer.ActionText)], ["Location", answer.Location && name(answer.Location)], ["Desync reason", answer.Refused?.DesyncReason]]),
    h("ul.plain", null, groups.map(group => groupItem(group, sum))), passedOver(answer.PassedOver),
    answer.TargetReceives && h("details", {open: true}, h("summary", null, "What a target receives"), h("pre", {tabindex: 0}, answer.TargetReceives.trimEnd().split("\r\n").map(plain).join("\n"))),
    h("p.hint", null, "The same on the command line:"), command(line));
}

export function tryPage() {
  const url = field("URL", {required: true, inputmode: "url", placeholder: "http://shop.example.com/app1/", name: "url"}, "As a client would ask for it. Without a host it is what stands in the request line.");
  const method = field("Method", {value: "GET", required: true});
  const header = field("Header fields, one a line", {rows: 3, placeholder: "Cookie: a=b"});
  const source = field("Client's address", {placeholder: "192.0.2.7"}, "Where rules ask for source-ip.");
  const answer = h("div", {"aria-live": "polite"});

  async function onsubmit(event) {
    event.preventDefault();
    const asked = {url: url.value, method: method.value, source: source.value, header: header.value.split("\n").map(line => line.trim()).filter(Boolean)};
    try {
      fill(answer, answerPanel(await get(withQuery("/v1/explain", asked)), commandLine(asked)));
    } catch (error) {
      fill(answer, errorText(error));
    }
  }

  return {title: "Try a request", node: h("div", null, h("h1", null, "Try a request"), h("p.under", null, "Fairlead reads it as a worker would, and tells which rule takes it. Nothing is sent to a target."),
          panel(null, h("form.try", {onsubmit}, url.node, method.node, source.node, header.node, h("div.buttons.left", null, h("button.primary", {type: "submit"}, "See where it goes")))), answer)};
}
