// SPDX-License-Identifier: Apache-2.0
/*
 * Questions before something changes: what follows from it, the line of fairleadctl that does the
 * same, and the key where there is none yet. What fairlead answers is told in the same place.
 */
import {nextStep, session} from "./api.js";
import {button, command, fill, h, name, put, refill, sameLine} from "./dom.js";
import {canSign} from "./sign.js";
import {sign} from "./states.js";

export function told(tone, kind, ...content) {
  return h("div.said." + tone, sign(tone, kind), h("div", content));
}

export function errorText(error) {
  const next = nextStep(error);
  return h("div", {role: "alert"}, told("bad", "alarm", h("p", {class: /^[\w.[\]]+:/.test(error.message) && "raw"}, name(error.message)),
    error.details.map(line => h("p.mono", name(line))), next && h("p", "Next: " + next)));
}

/* A short sentence at the bottom of the page. */
function say(text) {
  const said = document.getElementById("said");
  fill(said, sign("good", "check"), name(text));
  said.classList.add("on");
  clearTimeout(say.timer);
  say.timer = setTimeout(() => said.classList.remove("on"), 6000);
}

let fields = 0;

/* options: pairs of a value and its text, one of which is chosen */
export function field(label, {options, ...properties} = {}, hint) {
  const id = "field" + ++fields;
  const {value} = properties;
  const input = h(options ? "select" : properties.rows ? "textarea" : "input", {id, autocomplete: "off", spellcheck: "false",
    "aria-describedby": hint && id + "hint", ...properties},
  options ? options.map(([one, text]) => h("option", {value: one, selected: one === value}, text)) : properties.rows && value);
  return {input, get value() { return input.value.trim(); },
    node: h(properties.rows ? "div.field.wide" : "div.field", h("label", {for: id}, label), input, hint && h("p.hint", {id: id + "hint"}, hint))};
}

/* A window over the page; Escape closes it, too. */
function openDialog(title, content, onclose) {
  const dialog = h("dialog", {"aria-labelledby": "asked", onclose: () => { dialog.remove(); onclose?.(); }},
    h("h2", {id: "asked"}, name(title)), content);
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

/* Why something could not even be asked. */
export function showError(title, error) {
  const dialog = openDialog(title, [errorText(error), h("div.buttons", button("Close", () => dialog.close()))]);
}

/* The two fields of a key; entered() when fairlead took it. */
function keyForm(entered, cancel) {
  if (!canSign)
    return h("div", h("p", "This browser signs only on pages that come by https or from localhost, so the console can look and not " +
      "change. Open it as http://127.0.0.1, for example through ssh -L, or use fairleadctl."), h("div.buttons", button("Close", cancel)));
  const id = field("Access key id", {required: true});
  const secret = field("Secret access key", {required: true, type: "password"},
    "It becomes a key in this tab's memory that can sign and cannot be read, until you close or reload the tab.");
  const trouble = h("div");
  const enter = h("button.primary", {type: "submit"}, "Use this key");
  async function onsubmit(event) {
    event.preventDefault();
    enter.disabled = true;
    fill(trouble);
    try {
      await session.enter(id.value, secret.value);
      secret.input.value = "";
      entered();
    } catch (error) {
      fill(trouble, errorText(error));
    }
    enter.disabled = false;
  }
  return h("form", {onsubmit}, h("p", "Changes are signed with an access key. On fairlead's machine this makes one and prints both fields:"),
    command("fairleadctl key create NAME"), id.node, secret.node, trouble, h("div.buttons", button("Cancel", cancel), enter));
}

/* Resolves to whether there is a key now. */
export function askForKey() {
  return new Promise(resolve => {
    const close = () => dialog.close();
    const dialog = openDialog("Access key", keyForm(close, close), () => resolve(session.caller !== null));
  });
}

export function keyPressed() {
  const {caller} = session;
  if (!caller)
    return askForKey();
  const close = () => dialog.close();
  const dialog = openDialog("Access key", [
    h("p", "Signing as ", h("b", name(caller.Name)), caller.IsReadOnly ? ", which may not change anything. " : "; each change is an event with this name. ",
      "The key is gone when you close or reload this tab."),
    h("div.buttons", button("Close", close), button("Forget the key", () => { session.forget(); close(); }, "primary"))]);
  return dialog;
}

/*
 * Asks and does: {title, effects() -> texts or {warn: text}, line() -> the command, verb, isGrave,
 * fields, act(place), done()}. What act() shows in the place stays when it returns false.
 */
export function ask(question) {
  const effects = h("ul.effects");
  const line = h("div");
  const trouble = h("div", {"aria-live": "polite"});
  const verb = h("button", {type: "submit", class: question.isGrave ? "grave" : "primary"}, question.verb);
  const close = () => dialog.close();
  const cancel = button("Cancel", close);
  const form = h("form", {oninput: refresh, onsubmit: act}, h("div.fields", question.fields?.map(one => one.node)), effects, line, trouble,
    h("div.buttons", cancel, verb));
  const holder = h("div", form);

  function refresh() {
    const rows = question.effects();
    const text = question.line();
    refill(effects, rows, () => rows.map(row => h("li", sign(row.warn ? "warn" : "calm", row.warn ? "alarm" : "info"), name(row.warn ?? row))));
    refill(line, text, () => sameLine(text));
  }

  function enterKey() {
    fill(holder, keyForm(() => { fill(holder, form); act(); }, close));
    holder.querySelector("input")?.focus();
  }

  async function act(event) {
    event?.preventDefault();
    if (!session.caller)
      return enterKey();
    verb.disabled = true;
    fill(trouble);
    try {
      if (await question.act(trouble) === false) {
        put(cancel, "Close");
        verb.hidden = true;
      } else {
        close();
        say(question.done());
      }
    } catch (error) {
      fill(trouble, errorText(error), error.status === 403 && button("Enter another key", enterKey, "link"));
    }
    verb.disabled = false;
    return undefined;
  }

  refresh();
  const timer = setInterval(refresh, 1000);
  const dialog = openDialog(question.title, holder, () => clearInterval(timer));
  (question.fields?.[0].input ?? cancel).focus();
}
