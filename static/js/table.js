// Tables that people edit in place. The server renders every cell; this opens editors and sends them, and adds rows.
// Everything is delegated, so that a table swapped by htmx keeps working.
import { ask, htmx, isComposing, renew, report, send, texts } from "./app.js";
import { enhance, fieldsOf, fill, frontOf, settle } from "./fields.js";
import {
  addBeneath, adderField, bringBack, cellOf, closeAdder, grid, merge, moveByKey, openAdder, openEditors, pointAt, poll,
  release, remember, shownRevision, takeAway, takeBackLast, takePastes, toast, welcome,
} from "./rows.js";

let heldRequest = null; // a request that would replace the table, held until no cell is open

const columnOf = (link) => new URL(link.href).searchParams.get("cell");
const linkOf = (form) => form.closest("td").querySelector("a.cell");
const templateOf = (link) => document.getElementById(`edit-${link.closest("tr").id.split("-")[0]}-${columnOf(link)}`);
const rowUrl = (form) => form.getAttribute("action");
const valueOf = (field) => (field.type === "radio" ? field.checked : field.value);
const textOf = (form) => JSON.stringify(fieldsOf(form).map(valueOf));
const isTouched = (form) => textOf(form) !== form.opened
  || fieldsOf(form).some((field) => field.front?.owner.isTouched);
const isTyping = () => document.activeElement?.matches("input, select, textarea") ?? false;
const isFigure = (field) => field.matches("[inputmode=decimal], [type=radio], .day > input");

// Opening and closing. A cell opened by going to it roams: the arrows lead on to the next one, as in a spreadsheet.

function open(link, { typed, roams = false } = {}) {
  const cell = link.closest("td");
  const openForm = cell.querySelector("form.editor");
  if (openForm) return focusField(openForm);
  const template = templateOf(link);
  if (!template) return false;
  const form = template.content.firstElementChild.cloneNode(true);
  fill(form, link);
  const { pathname, searchParams } = new URL(link.href);
  searchParams.delete("cell");
  const url = searchParams.size ? `${pathname}?${searchParams}` : pathname;
  form.setAttribute("action", url);
  form.setAttribute("hx-post", url);
  form.opened = textOf(form);
  form.roams = roams || typed !== undefined;
  renew(form);
  cell.append(form);
  cell.classList.add("editing");
  htmx.process(form);
  enhance(form);
  focusField(form, typed === undefined);
  if (typed !== undefined) typeInto(form, typed);
  return true;
}

// What is typed onto a closed cell replaces what it holds.
function typeInto(form, typed) {
  const field = fieldsOf(form)[0];
  if (field.type === "radio") return choose(form, typed);
  const front = frontOf(field);
  if (front.matches("textarea, input:not([type=date])")) {
    front.value = typed;
    front.dispatchEvent(new InputEvent("input", { bubbles: true }));
  } else if (front.matches("select")) {
    const begins = ({ text, value }) => (typed ? text.toLowerCase().startsWith(typed.toLowerCase()) : !value);
    const option = [...front.options].find(begins);
    if (option) front.value = option.value;
  } else if (!typed) front.value = "";
  return undefined;
}

function focusField(form, select = true) {
  const stops = fieldsOf(form);
  const wrong = form.querySelector(".wrong :is(input:not([type=hidden]), select, textarea)");
  const chosen = stops.find((item) => item.type === "radio" && item.checked && item.name === stops[0].name);
  const field = frontOf(wrong ?? chosen ?? stops[0]);
  field.focus({ preventScroll: form.closest("td") === null });
  if (select) field.select?.();
  form.scrollIntoView({ block: "nearest", inline: "nearest" });
  return true;
}

function close(form, refocus) {
  const cell = form.closest("td");
  form.remove();
  if (!cell) return;
  cell.classList.remove("editing");
  if (refocus) cell.querySelector("a.cell")?.focus();
  release(cell.parentElement.id);
  goOn();
}

function goOn() {
  if (!heldRequest || openEditors().length) return;
  const request = heldRequest;
  heldRequest = null;
  request();
}

// Save the cell and go to another; behind the last one to the form that adds a row.
function goTo(form, target) {
  const stay = linkOf(form);
  if (!save(form)) return void focusField(form, false);
  if (target && open(target, { roams: true })) return;
  const adder = target ? null : adderField();
  (target ?? (adder && frontOf(adder)) ?? stay).focus();
}

function next(form, step) {
  const cells = [...grid().querySelectorAll("a.cell")];
  goTo(form, cells[cells.indexOf(linkOf(form)) + step]);
}

// Saving

// Send a cell, or close it where nothing was typed; false where something in it fits no choice and no date.
function save(form) {
  if (form.classList.contains("saving")) return true;
  if (!settle(form)) return false;
  const answered = form.matches(".answered, .conflict, .failed");
  if (!answered && !isTouched(form)) close(form, false);
  else {
    form.querySelectorAll(".trouble").forEach((element) => element.remove());
    form.requestSubmit();
  }
  return true;
}

// A person who goes on elsewhere has not said what to do about a conflict or an error: it stays until they do.
function leave(form) {
  if (!form.isConnected || form.contains(document.activeElement) || !document.hasFocus()) return;
  if (form.matches(".conflict, .saving")) return;
  if (form.matches(".answered, .failed") && !isTouched(form)) return;
  save(form);
}

async function keepTheirs(form) {
  try {
    const answer = await ask(rowUrl(form));
    if (answer.status === 401) return;
    if (!answer.ok || !answer.headers.has("X-Rows")) throw new Error(String(answer.status));
    const revision = Number(answer.headers.get("X-Revision"));
    const html = await answer.text();
    close(form, true);
    merge(html, revision);
  } catch {
    report(form, texts.offline);
  }
}

// The keyboard

function keyInEditor(event, form) {
  if (isComposing(event)) return undefined;
  const { key, target } = event;
  const isStop = (field) => field.type !== "radio" || field.checked || field === target;
  const stops = fieldsOf(form).filter(isStop).map(frontOf);
  const at = stops.indexOf(target);
  const done = (act) => { event.preventDefault(); act(); };
  if (key === "Escape") return done(() => close(form, true));
  if (at < 0) return undefined;
  const step = event.shiftKey ? -1 : 1;
  if (key === "Tab" && target.closest(".range")?.contains(stops[at + step])) return undefined;
  if (isAddingBeneath(event)) return done(() => addBeneath(form.closest("tr"), () => save(form)));
  if (key === "F2") return done(() => more(form, stops, at, step));
  if (key === "Tab" && !form.matches(".answered, .conflict, .failed")) return done(() => next(form, step));
  if (key === "Enter") return enter(event, form, done);
  if (isUndo(event) && !isTouched(form) && takeBackLast()) return done(() => close(form, true));
  if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return undefined;
  if (key.startsWith("Arrow") && form.roams && (!isTouched(form) || isFigure(target))) {
    return done(() => goTo(form, neighbour(linkOf(form), key) ?? linkOf(form)));
  }
  if (target.type === "radio" && (/^[0-9]$/.test(key) || key === "Delete" || key === "Backspace")) {
    return done(() => choose(form, key));
  }
  return undefined;
}

// Enter saves and goes to the cell below; with Shift, Alt or on a phone it breaks a line of text.
function enter(event, form, done) {
  const isText = event.target.tagName === "TEXTAREA";
  if (isText && (event.shiftKey || matchMedia("(pointer: coarse)").matches)) return undefined;
  if (isText && event.altKey) {
    const { selectionStart, selectionEnd } = event.target;
    return done(() => event.target.setRangeText("\n", selectionStart, selectionEnd, "end"));
  }
  if (event.ctrlKey || event.metaKey) {
    const link = linkOf(form);
    return done(() => (save(form) ? link.focus({ preventScroll: true }) : focusField(form, false)));
  }
  return done(() => goTo(form, neighbour(linkOf(form), event.shiftKey ? "ArrowUp" : "ArrowDown")));
}

// F2 lets the arrows move within the text, then goes through the other fields of the cell.
function more(form, stops, at, step) {
  const isPassing = form.roams && !isTouched(form);
  form.roams = false;
  if (isPassing && stops[at].matches("textarea, [type=text]")) {
    return stops[at].setSelectionRange(stops[at].value.length, stops[at].value.length);
  }
  const to = stops[(at + step + stops.length) % stops.length];
  to.closest("details.more")?.setAttribute("open", "");
  to.focus();
  return to.select?.();
}

// A digit chooses among buttons: the score itself, or the place in the row. Of several groups it goes to the next one;
// where buttons are all there is, the last one saves and goes on.
function choose(form, key) {
  const all = fieldsOf(form).filter((field) => field.type === "radio");
  const { name } = all.find((radio) => radio === document.activeElement) ?? all[0];
  const radios = all.filter((radio) => radio.name === name);
  const isScore = radios.some((radio) => /^[0-9]$/.test(radio.value));
  const value = ["0", "Delete", "Backspace"].includes(key) ? "" : key;
  const wanted = isScore ? radios.find((radio) => radio.value === value) : radios[Number(key) - 1];
  if (!wanted) return;
  wanted.checked = true;
  wanted.focus();
  const others = all.slice(all.indexOf(radios.at(-1)) + 1);
  if (others.length) (others.find((radio) => radio.checked && radio.name === others[0].name) ?? others[0]).focus();
  else if (isAlone(all, form)) next(form, 1);
}

const isAlone = (radios, form) => radios.length === fieldsOf(form).length;

// A click chooses too, and opens the next cell where that is one of buttons as well.
function clickOn(radio, form) {
  const radios = fieldsOf(form).filter((field) => field.type === "radio");
  if (!isAlone(radios, form)) return;
  const target = neighbour(linkOf(form), "ArrowRight");
  const isNext = target && templateOf(target)?.content.querySelector("[type=radio]");
  if (isNext) goTo(form, target);
  else save(form);
}

// Alt+N adds a row beneath the head of this one, from a cell that is open too. On a Mac it types a sign.
const isAddingBeneath = (event) => event.altKey && event.code === "KeyN" && !event.ctrlKey && !event.metaKey;

function keyOnCell(event, link) {
  if (isAddingBeneath(event)) {
    event.preventDefault();
    return addBeneath(link.closest("tr"));
  }
  if (moveByKey(event, link.closest("tr"))) return undefined;
  if (event.ctrlKey || event.metaKey || event.altKey) return undefined;
  const typed = event.key.length === 1 && event.key !== " " ? event.key : "";
  if (event.keyCode === 229) open(link, { roams: true }); // the word goes into the field, over what is selected there
  else if (event.key === "Delete" || event.key === "Backspace" || typed) {
    if (open(link, { typed })) event.preventDefault();
  } else if (event.key === "F2" || event.key === " ") {
    if (open(link)) event.preventDefault();
  } else if (event.key.startsWith("Arrow")) {
    event.preventDefault();
    const target = neighbour(link, event.key);
    if (target && !open(target, { roams: true })) target.focus();
  }
  return undefined;
}

function neighbour(link, key) {
  const across = [...link.closest("tr").querySelectorAll("a.cell")];
  if (key === "ArrowLeft") return across[across.indexOf(link) - 1];
  if (key === "ArrowRight") return across[across.indexOf(link) + 1];
  const same = [...grid().querySelectorAll(`a.cell[href$="cell=${columnOf(link)}"]`)];
  return same[same.indexOf(link) + (key === "ArrowUp" ? -1 : 1)];
}

const isUndo = (event) => (event.ctrlKey || event.metaKey) && !event.shiftKey && event.key.toLowerCase() === "z";

// Events

document.addEventListener("click", (event) => {
  const plain = !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
  const link = cellOf(event.target);
  if (link && plain && open(link)) {
    event.preventDefault();
    return pointAt(link, event.target);
  }
  const opener = event.target.closest("a[data-opens]");
  if (opener && plain && openAdder(opener)) return event.preventDefault();
  const remover = event.target.closest("button[form=removing]");
  if (remover) {
    event.preventDefault();
    takeAway(remover);
    return send(remover.formAction, { source: remover, swap: "none", values: { shown: shownRevision() } });
  }
  const mover = event.target.closest("button[form=moving]");
  if (mover) {
    event.preventDefault();
    return send(mover.formAction, { source: mover, swap: "none", values: { to: mover.value } });
  }
  const form = event.target.closest("td > form.editor");
  if (!form) return undefined;
  if (event.detail && event.target.matches("[type=radio]")) clickOn(event.target, form);
  else form.roams = false;
  if (event.target.closest("[data-cancel]")) { event.preventDefault(); close(form, true); }
  if (event.target.closest("[data-keep]")) { event.preventDefault(); keepTheirs(form); }
  return undefined;
});

document.addEventListener("keydown", (event) => {
  const form = event.target.closest?.("td > form.editor");
  if (form) return keyInEditor(event, form);
  if (document.querySelector("dialog[open]")) return undefined;
  if (isComposing(event)) return event.target.matches?.("a.cell") ? keyOnCell(event, event.target) : undefined;
  if (event.key === "Escape") closeAdder(event.target.closest?.("tbody .adding"));
  if (event.key === "Enter" && event.target.matches?.(".adder :is(select, [role=combobox])")) {
    event.preventDefault(); // as in a cell: Enter takes what is chosen
    const adder = event.target.form;
    return settle(adder) && adder.requestSubmit();
  }
  if (isTyping()) return undefined;
  if (isUndo(event) && takeBackLast()) return event.preventDefault();
  if (event.target.matches?.("[form=moving]") && moveByKey(event, event.target.closest("tr"))) return undefined;
  const link = event.target.closest?.("a.cell");
  if (link) return keyOnCell(event, link);
  if (event.key.toLowerCase() === "n" && !event.ctrlKey && !event.metaKey && !event.altKey) {
    const field = adderField();
    if (field) { event.preventDefault(); frontOf(field).focus(); }
  }
  return undefined;
});

takePastes({ open, close, isTouched, load: () => import("./paste.js") });

document.addEventListener("focusout", (event) => {
  const form = event.target.closest("td > form.editor");
  if (form && !form.contains(event.relatedTarget)) setTimeout(() => leave(form));
});

// A request that replaces the table waits until what is being typed has been saved.
document.addEventListener("htmx:confirm", (event) => {
  const target = event.detail.target;
  if (!target?.matches?.("#grid, #table") || !openEditors().length) return;
  event.preventDefault();
  heldRequest = () => event.detail.issueRequest(true);
  openEditors().forEach(leave);
  if (openEditors().some((form) => !form.matches(".saving"))) toast(texts.finish);
});

document.addEventListener("htmx:beforeRequest", (event) => {
  const form = event.detail.elt;
  if (!form.matches("td > form.editor, form.adder")) return;
  const focused = document.activeElement;
  form.inert = true; // what is typed now would be lost when the answer comes
  // An inert form loses the focus: the cell keeps it, so that the keyboard goes on from here.
  if (!form.contains(focused) || !form.matches(".editor")) return;
  form.closest("td").querySelector("a.cell")?.focus({ preventScroll: true });
});

// Before app.js looks at the answer: what it asks is asked about a row that is there.
document.addEventListener("htmx:beforeOnLoad", ({ detail: { elt, xhr } }) => {
  if (elt.matches("[form=removing]")) bringBack(elt, xhr.status === 200);
}, true);
document.addEventListener("htmx:sendError", ({ detail: { elt } }) => elt.matches("[form=removing]") && bringBack(elt));
document.addEventListener("htmx:timeout", ({ detail: { elt } }) => elt.matches("[form=removing]") && bringBack(elt));

document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr, elt: form } = event.detail;
  if (!form.matches(".editor, .adder, [form=removing], [form=moving]")) return;
  if (xhr.getResponseHeader("X-Rows")) {
    event.detail.shouldSwap = false;
    const revision = Number(xhr.getResponseHeader("X-Revision"));
    if (xhr.getResponseHeader("X-Changed")) remember(revision);
    merge(xhr.responseText, revision, form);
    if (form.isConnected && form.matches("td > form.editor")) close(form, form.contains(document.activeElement));
    goOn();
    poll(); // the pieces around the table show the change too
  }
});

document.addEventListener("htmx:afterSwap", (event) => {
  const form = event.target;
  if (!form.matches?.("td > form.editor, form.adder")) return;
  form.opened = textOf(form);
  enhance(form);
  // Who only went on to the next cell is asked first; who types there already is not interrupted.
  const passing = openEditors().find((other) => other !== form && other.roams && !isTouched(other));
  if (passing?.contains(document.activeElement)) close(passing, false);
  if (!isTyping()) focusField(form, form.matches(".editor"));
});

document.addEventListener("htmx:responseError", (event) => {
  const { elt, xhr } = event.detail;
  const missing = xhr.getResponseHeader("X-Out-Of-Reach") ? texts.lost : texts.missing;
  report(elt, { 403: texts.refused, 404: missing }[xhr.status] ?? texts.broken);
});

document.addEventListener("failed", ({ target: form }) => {
  form.opened = textOf(form);
  if (form.closest("td")?.contains(document.activeElement)) focusField(form, false);
});

document.addEventListener("row-added", (event) => setTimeout(() => {
  const then = welcome(event.detail.key, event.target);
  if (then) open(then, { roams: true });
}));
document.addEventListener("visibilitychange", poll);
window.addEventListener("focus", poll);
window.addEventListener("online", poll);
window.addEventListener("beforeunload", (event) => {
  const isUnsaved = (form) => form.matches(".saving, .failed, .answered, .conflict") || isTouched(form);
  if (openEditors().some(isUnsaved)) event.preventDefault();
});
