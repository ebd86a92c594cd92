// What every page shares: requests and what becomes of them, popovers that close, texts that a click adds, files and
// toasts.
import { begin } from "./fields.js";

document.documentElement.classList.add("js");

// The words that scripts show, in the reader's language (planner/web/script_texts.py).
export const texts = JSON.parse(document.getElementById("texts").textContent);
export const { htmx } = window;

// A key that confirms a word of an input method: Safari says so by its code alone.
export const isComposing = (event) => event.isComposing || event.keyCode === 229;

begin({ texts, isComposing });

// Requests: htmx sends most, ask() the others. Both know what planner/web/scripts.py answers: who is no longer signed
// in is told once and keeps what was typed, a new token against forgery is taken, a busy server is asked again.

const TRIES = 5; // how often a request is sent again by itself
const contexts = new WeakMap(); // how a request was sent that attributes of its element do not describe
const turns = new WeakMap(); // how often an element's request has been put off in a row
const renewed = new WeakSet(); // elements whose request goes out once more with a new token
const waiting = new Map(); // forms that were not taken: what they held then, and how to send them again

const ownHeaders = () => JSON.parse(document.body.getAttribute("hx-headers"));
const headers = () => ({ "HX-Request": "true", "HX-Current-URL": location.href, ...ownHeaders() });
const pause = (seconds) => new Promise((resolve) => { setTimeout(resolve, seconds * 1000); });

// fetch, for requests that no form sends.
export async function ask(url, options = {}, turn = 0) {
  const answer = await fetch(url, { ...options, headers: headers() });
  const token = answer.headers.get("X-CSRF-Token");
  if (token) takeToken(token);
  if (answer.status === 403 && token && !turn) return ask(url, options, turn + 1);
  if (answer.status === 503 && answer.headers.has("Retry-After") && turn < TRIES) {
    await pause(Number(answer.headers.get("Retry-After")));
    return ask(url, options, turn + 1);
  }
  if (answer.status === 401) signedOut(await answer.clone().text(), answer.headers.get("X-Sign-In"));
  else if (answer.ok) signedIn();
  return answer;
}

// What somebody typed into a form; the token in it may change.
function contentOf(form) {
  const data = new FormData(form);
  data.delete("csrfmiddlewaretoken");
  return new URLSearchParams(data).toString();
}

// A form that is used again is another act: it gets a key of its own (planner/web/submissions.py).
export function renew(form) {
  form.querySelector("[name=form_key]")?.remove();
  const bytes = [...crypto.getRandomValues(new Uint8Array(16))];
  const value = bytes.map((byte) => byte.toString(16).padStart(2, "0")).join("");
  form.prepend(Object.assign(document.createElement("input"), { type: "hidden", name: "form_key", value }));
}

// Send by htmx what no attribute describes; it can be sent again.
export function send(path, context) {
  contexts.set(context.source, context);
  return htmx.ajax("POST", path, context);
}

// Every sign-in changes the token: the headers and forms of this page carry the new one from now on.
function takeToken(token) {
  document.body.setAttribute("hx-headers", JSON.stringify({ ...ownHeaders(), "X-CSRFToken": token }));
  const templates = [...document.querySelectorAll("template")].map((template) => template.content);
  for (const root of [document, ...templates]) {
    for (const field of root.querySelectorAll("[name=csrfmiddlewaretoken]")) field.value = token;
  }
}

// What is done with an answer before htmx puts it into the page; true where that is all.
function take({ xhr, elt, requestConfig }) {
  const header = (name) => xhr.getResponseHeader(name);
  if (xhr.status === 503 && header("Retry-After")) {
    putOff(elt, requestConfig, Number(header("Retry-After")), texts.busy);
  } else if (xhr.status === 403 && header("X-CSRF-Token") && !renewed.has(elt)) {
    takeToken(header("X-CSRF-Token"));
    renewed.add(elt);
    elt.classList.remove("saving");
    setTimeout(() => repeat(elt, requestConfig));
  } else if (xhr.status === 401 && header("X-Sign-In")) {
    signedOut(xhr.responseText, header("X-Sign-In"), elt, requestConfig);
  } else if (xhr.status === 409 && header("X-Asks")) {
    elt.classList.remove("saving");
    askFirst(elt, requestConfig, xhr.responseText);
  } else {
    turns.delete(elt);
    renewed.delete(elt);
    if (xhr.status < 400) signedIn();
    return isWhole(elt) && takeWhole(elt, xhr);
  }
  return true;
}

const isAskedByItself = (elt) => elt.matches("[hx-trigger^=every]");

function repeat(elt, { verb, path }) {
  if (elt.isConnected && !elt.matches(".saving")) htmx.ajax(verb, path, contexts.get(elt) ?? { source: elt });
}

// The server is busy, or there is no connection: the request is sent again, unless somebody goes on typing in its form.
function putOff(elt, config, seconds, sentence) {
  if (isAskedByItself(elt)) return;
  const turn = (turns.get(elt) ?? 0) + 1;
  turns.set(elt, turn);
  const isLast = turn > TRIES;
  if (isLast) turns.delete(elt);
  report(elt, isLast && sentence === texts.busy ? texts.stillBusy : sentence, { isQuiet: !isLast, config });
  if (!isLast) pause(seconds).then(() => (waiting.has(elt) ? retry(elt) : isNoForm(elt) && repeat(elt, config)));
}

function retry(form) {
  const { content, config } = waiting.get(form);
  if (!form.isConnected) waiting.delete(form);
  else if (contentOf(form) === content) repeat(form, config);
}

// What becomes of a form: say it there, let it be changed and sent again. Elsewhere a note in the corner says it.
const isNoForm = (elt) => !elt.matches(".editor, .adder, .whole, .pasting");

export function report(elt, sentence, { link, isQuiet, config } = {}) {
  if (isNoForm(elt)) return showToast(sentence, link && { href: link, label: texts.signIn });
  if (config) waiting.set(elt, { content: contentOf(elt), config });
  const note = document.createElement("p");
  note.className = isQuiet && sentence === texts.busy ? "muted trouble" : "error trouble";
  note.setAttribute("role", "alert");
  note.append(sentence, " ");
  if (link) {
    const to = { href: link, textContent: texts.signIn, target: "_blank" };
    note.append(Object.assign(document.createElement("a"), to), " ");
  }
  note.append(Object.assign(document.createElement("button"), { className: "link", textContent: texts.again }));
  elt.querySelectorAll(".trouble").forEach((old) => old.remove());
  elt.classList.remove("saving");
  elt.classList.add("failed");
  elt.inert = elt.hidden = false;
  elt.append(note);
  elt.dispatchEvent(new CustomEvent("failed", { bubbles: true }));
  return note;
}

// One reason is said once: at the form that was not taken, else in the corner.
function signedOut(sentence, link, elt = document.body, config = undefined) {
  const isForm = !isNoForm(elt);
  if (isForm) document.querySelectorAll(".toast.signed-out").forEach((note) => note.remove());
  else if (document.querySelector(".signed-out")) return;
  report(elt, sentence, { link, config }).classList.add("signed-out");
}

// Signed in again: what was typed into tables is saved now; a whole form is left to the person.
function signedIn() {
  for (const note of document.querySelectorAll(".signed-out")) {
    const form = note.closest("form");
    if (!form || !waiting.has(form)) note.remove();
    else if (isWhole(form)) report(form, texts.signedIn, { config: waiting.get(form).config });
    else {
      note.classList.remove("signed-out");
      retry(form);
    }
  }
}

// Somebody else changed what is to be removed: nothing is, until the person says so in a dialog. Escape keeps it.
function askFirst(elt, config, html) {
  const asked = new DOMParser().parseFromString(html, "text/html").querySelector("[data-asks]");
  const dialog = Object.assign(document.createElement("dialog"), { className: "sheet card" });
  dialog.setAttribute("aria-label", asked.querySelector("p").textContent);
  dialog.append(asked);
  asked.addEventListener("submit", (event) => {
    event.preventDefault();
    dialog.close();
    const context = contexts.get(elt);
    context.values = { ...context.values, shown: asked.elements.shown.value };
    repeat(elt, config);
  });
  asked.querySelector("[data-keep]").addEventListener("click", (event) => {
    event.preventDefault();
    dialog.close();
  });
  dialog.addEventListener("close", () => dialog.remove());
  document.getElementById("main").append(dialog);
  dialog.showModal();
}

document.addEventListener("htmx:beforeOnLoad", (event) => {
  if (take(event.detail)) event.preventDefault();
});

for (const name of ["htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(name, ({ detail: { elt, requestConfig } }) => {
    putOff(elt, requestConfig, 2 ** ((turns.get(elt) ?? 0) + 1), texts.offline);
  });
}

document.addEventListener("htmx:beforeRequest", ({ detail: { elt } }) => {
  waiting.delete(elt);
  if (isNoForm(elt)) return;
  elt.classList.remove("failed");
  elt.classList.add("saving");
});

window.addEventListener("online", () => [...waiting.keys()].forEach(retry));
window.addEventListener("focus", () => {
  if (document.querySelector(".signed-out")) ask(document.body.dataset.sessionUrl).catch(() => {});
});

// A page that is gone back to may be the one that was left, with its form still under way and as it was before an edit
// elsewhere. One that follows changes asks for them (rows.js); another is loaded anew, unless somebody typed into it.
window.addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  document.querySelectorAll("form.saving").forEach((form) => form.classList.remove("saving"));
  if (!document.querySelector("[data-changes-url]") && !isTypedInto()) location.reload();
});

const isTypedInto = () => [...document.querySelectorAll("#main :is(input, textarea)")]
  .some((field) => field.value !== field.defaultValue || field.checked !== field.defaultChecked);

// A form of a page is sent by script too, so that it stays as it is until the server has taken it.

const isWhole = (elt) => elt.matches(".whole");
const isSent = (form) => ownHeaders()["X-Signed-In-As"]
  && form.matches("#main form[method=post]:not([hx-post], #removing)");

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || !isSent(form)) return;
  event.preventDefault();
  if (form.matches(".saving")) return;
  form.querySelectorAll(".trouble").forEach((note) => note.remove());
  form.classList.add("whole");
  const button = event.submitter;
  send(button?.getAttribute("formaction") || form.getAttribute("action") || location.href, {
    source: form, values: button?.name ? { [button.name]: button.value } : {}, headers: { "X-Whole-Form": "1" },
    target: "#main", select: "#main", swap: "outerHTML show:window:top",
  });
});

document.addEventListener("htmx:configRequest", ({ detail }) => {
  if (!isWhole(detail.elt)) return;
  delete detail.headers["HX-Request"]; // it is answered as without script
  if (detail.elt.matches("[enctype]")) detail.timeout = 0; // a file takes its time
});

// A whole form was taken: go where the answer leads. One with errors comes back, any other refusal is said beside it.
function takeWhole(form, xhr) {
  const address = xhr.status === 204 && xhr.getResponseHeader("Location");
  if (address) go(new URL(address, location.href));
  else if (xhr.status >= 400 && xhr.status !== 422) report(form, sentencesOf(xhr.responseText));
  return Boolean(address) || (xhr.status >= 400 && xhr.status !== 422);
}

function go(address) {
  const isHere = address.pathname + address.search === location.pathname + location.search;
  location.assign(address);
  if (isHere && address.hash) location.reload();
}

// What the page of a refusal says: its errors, or its first paragraph.
export function sentencesOf(html) {
  const page = new DOMParser().parseFromString(html, "text/html");
  const errors = [...page.querySelectorAll("#main .error")];
  const said = errors.length ? errors : [page.querySelector("#main > p")].filter(Boolean);
  return said.map((each) => each.textContent.trim()).join(" ") || texts.broken;
}

document.addEventListener("htmx:afterSettle", ({ detail }) => {
  if (!detail.requestConfig || !isWhole(detail.requestConfig.elt)) return;
  document.querySelector("#main .wrong :is(input:not([type=hidden]), select, textarea)")?.focus();
});

htmx.config.timeout = 20000;

// Popovers and insertions

const popovers = () => document.querySelectorAll("details[open]:is(.switch, .me, .menu-more, .letter)");

document.addEventListener("click", (event) => {
  for (const popover of popovers()) if (!popover.contains(event.target)) popover.open = false;
  if (event.target.matches("input[data-copy]")) event.target.select();
  const insertion = event.target.closest("[data-insert]");
  if (insertion) insertAtLineEnd(insertion.closest(".field").querySelector("textarea"), insertion.dataset.insert);
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || isComposing(event)) return;
  for (const popover of popovers()) {
    popover.open = false;
    if (popover.contains(document.activeElement)) popover.querySelector("summary").focus();
  }
});

// Lines that are pasted or dropped into a field of one number: a browser would join them to one.
for (const [kind, data] of [["paste", "clipboardData"], ["drop", "dataTransfer"]]) {
  document.addEventListener(kind, (event) => {
    if (event.defaultPrevented || !event.target.matches?.("input[inputmode=decimal]")) return;
    if (!/[\r\n\t]/.test(event[data]?.getData("text/plain").trim() ?? "")) return;
    event.preventDefault();
    showToast(texts.severalNumbers);
  });
}

// Put a text at the end of the line in which somebody types.
function insertAtLineEnd(field, text) {
  const line = field.value.indexOf("\n", field.selectionEnd);
  const at = line < 0 ? field.value.length : line;
  field.setRangeText(` ${text}`, at, at, "end");
  field.focus();
}

// A note in the corner. It goes away by itself, later when it offers a way back, and never when it leads elsewhere.
export function showToast(text, action) {
  const note = Object.assign(document.createElement("div"), { className: "toast" });
  note.append(Object.assign(document.createElement("span"), { textContent: text }));
  if (action?.href) {
    const link = { href: action.href, textContent: action.label, target: "_blank" };
    note.append(Object.assign(document.createElement("a"), link));
  }
  if (action?.act) {
    const button = Object.assign(document.createElement("button"), { className: "link", textContent: action.label });
    button.addEventListener("click", () => { note.remove(); action.act(); });
    note.append(button);
  }
  const shut = Object.assign(document.createElement("button"), { className: "icon", textContent: "×" });
  shut.setAttribute("aria-label", texts.close);
  shut.addEventListener("click", () => note.remove());
  note.append(shut);
  document.getElementById("toasts").append(note);
  const seconds = action?.act ? 20 : 6;
  if (!action?.href) setTimeout(() => note.matches(":hover, :focus-within") || note.remove(), seconds * 1000);
  return note;
}

// A file that is chosen, or dropped anywhere on a page that takes one, is sent at once.
document.addEventListener("change", (event) => {
  if (event.target.matches("input[data-submits]") && event.target.files.length) event.target.form.requestSubmit();
});

const dropForm = ({ dataTransfer }) => dataTransfer?.types.includes("Files") && document.querySelector("form.drop");

document.addEventListener("dragover", (event) => {
  if (!dropForm(event)) return;
  event.preventDefault();
  document.body.classList.add("dropping");
});

document.addEventListener("dragleave", (event) => {
  if (!event.relatedTarget) document.body.classList.remove("dropping");
});

document.addEventListener("drop", (event) => {
  const form = dropForm(event);
  document.body.classList.remove("dropping");
  if (!form || !event.dataTransfer.files.length) return;
  event.preventDefault();
  const field = form.querySelector("[type=file]");
  const one = new DataTransfer();
  one.items.add(event.dataTransfer.files[0]);
  field.files = one.files;
  form.requestSubmit();
});
