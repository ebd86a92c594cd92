// Tables that people edit in place. The server renders every cell; this opens editors and sends them, and adds rows.
// Everything is delegated, so that a table swapped by htmx keeps working.
import { ask, htmx, renew, report, send, texts } from "./app.js";
import {
  grid, membersOf, merge, openEditors, poll, release, remember, shownRevision, takeBackLast, toast,
} from "./rows.js";

let heldRequest = null; // a request that would replace the table, held until no cell is open

const columnOf = (link) => new URL(link.href).searchParams.get("cell");
const rowUrl = (form) => form.getAttribute("action");
const fieldsOf = (form) => [...form.elements].filter((field) => field.name && field.type !== "hidden");
const valueOf = (field) => (field.type === "radio" ? field.checked : field.value);
const textOf = (form) => JSON.stringify(fieldsOf(form).map(valueOf));
const isTouched = (form) => textOf(form) !== form.opened;
const isTyping = () => document.activeElement?.matches("input, select, textarea") ?? false;

// Opening and closing

function open(link, typed) {
  const cell = link.closest("td");
  const row = cell.parentElement;
  const openForm = cell.querySelector("form.editor");
  if (openForm) return focusField(openForm);
  const template = document.getElementById(`edit-${row.id.split("-")[0]}-${columnOf(link)}`);
  if (!template) return false;
  const form = template.content.firstElementChild.cloneNode(true);
  // The texts that the cell opens with: in the order of the editor's fields, a list where it has several.
  const names = [...form.querySelectorAll('[name^="initial-"]')].map((field) => field.name.slice("initial-".length));
  const values = names.length === 1 ? [link.dataset.v] : JSON.parse(link.dataset.v);
  for (const [index, name] of names.entries()) {
    const value = values[index];
    for (const field of form.querySelectorAll(`[name="${name}"], [name="initial-${name}"]`)) {
      if (field.type === "radio") field.checked = field.value === value;
      else field.value = value;
    }
  }
  for (const name of link.dataset.rates?.split(" ") ?? []) {
    const field = form.querySelector(`[name="${name}"]`);
    field.placeholder ||= "%";
  }
  const { pathname, searchParams } = new URL(link.href);
  searchParams.delete("cell");
  const url = searchParams.size ? `${pathname}?${searchParams}` : pathname;
  form.setAttribute("action", url);
  form.setAttribute("hx-post", url);
  form.opened = textOf(form);
  renew(form);
  cell.append(form);
  cell.classList.add("editing");
  htmx.process(form);
  const first = fieldsOf(form)[0];
  if (typed !== undefined && first.matches("textarea, input:not([type=date], [type=radio])")) first.value = typed;
  focusField(form, typed === undefined);
  return true;
}

function focusField(form, select = true) {
  const fields = fieldsOf(form);
  const field = form.querySelector(".wrong :is(input:not([type=hidden]), select, textarea)")
    ?? fields.find((item) => item.type === "radio" && item.checked) ?? fields[0];
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

function next(form, step) {
  const cells = [...grid().querySelectorAll("a.cell")];
  const target = cells[cells.indexOf(form.closest("td").querySelector("a.cell")) + step];
  save(form);
  if (target) open(target);
  else document.querySelector("[data-add] :is(input:not([type=hidden]), select)")?.focus();
}

// Saving

function save(form) {
  if (form.classList.contains("saving")) return;
  const answered = form.matches(".answered, .conflict, .failed");
  if (!answered && !isTouched(form)) return close(form, false);
  form.querySelectorAll(".trouble").forEach((element) => element.remove());
  form.requestSubmit();
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

// Adding

function openAdder(link) {
  const template = document.getElementById(`add-${link.dataset.opens}`);
  if (!template) return false;
  document.querySelectorAll("tbody .adding").forEach((element) => element.remove());
  const row = template.content.firstElementChild.cloneNode(true);
  const form = row.querySelector("form");
  renew(form);
  form.setAttribute("action", link.href);
  form.setAttribute("hx-post", link.href);
  for (const [name, value] of new URL(link.href).searchParams) {
    const field = form.querySelector(`[type=hidden][name="${name}"]`);
    if (field) field.value = value;
  }
  const group = link.closest("tr").id;
  row.dataset.adds = group;
  membersOf(group).at(-1).after(row);
  htmx.process(row);
  fieldsOf(form)[0].focus();
  return true;
}

function welcome(key, form) {
  const row = document.getElementById(key);
  if (!form.isConnected) return;
  form.querySelectorAll("select[data-once]").forEach((select) => select.selectedOptions[0]?.remove());
  form.reset();
  renew(form);
  form.querySelectorAll(".error, .trouble").forEach((element) => element.remove());
  form.classList.remove("saving");
  form.inert = false;
  form.querySelectorAll(".wrong").forEach((element) => element.classList.remove("wrong"));
  const adding = form.closest("tbody .adding");
  if (adding && row) row.after(adding);
  row?.scrollIntoView({ block: "nearest" });
  if (form.dataset.then) row?.querySelector(`a.cell[href$="cell=${form.dataset.then}"]`)?.focus();
  else fieldsOf(form)[0].focus();
}

// The keyboard

// Where Tab stops: of radio buttons at the one that is chosen.
const isStop = (field) => field.type !== "radio" || field.checked || field === document.activeElement;

function keyInEditor(event, form) {
  if (event.isComposing) return;
  const fields = fieldsOf(form).filter(isStop);
  const at = fields.indexOf(event.target);
  if (event.key === "Escape") {
    event.preventDefault();
    close(form, true);
  } else if (event.key === "Tab" && at >= 0 && !form.matches(".answered, .conflict, .failed")) {
    if (at !== (event.shiftKey ? 0 : fields.length - 1)) return;
    event.preventDefault();
    next(form, event.shiftKey ? -1 : 1);
  } else if (event.key === "Enter" && at >= 0) {
    if (event.target.tagName === "TEXTAREA" && !event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    const link = form.closest("td").querySelector("a.cell");
    save(form);
    link?.focus({ preventScroll: true });
  }
}

function keyOnCell(event, link) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const typed = event.key.length === 1 && event.key !== " " ? event.key : "";
  if (event.keyCode === 229 || event.key === "Delete" || event.key === "Backspace" || typed) {
    if (open(link, typed) && event.keyCode !== 229) event.preventDefault();
  } else if (event.key === "F2" || event.key === " ") {
    if (open(link)) event.preventDefault();
  } else if (event.key.startsWith("Arrow")) {
    event.preventDefault();
    neighbour(link, event.key)?.focus();
  }
}

function neighbour(link, key) {
  const across = [...link.closest("tr").querySelectorAll("a.cell")];
  if (key === "ArrowLeft") return across[across.indexOf(link) - 1];
  if (key === "ArrowRight") return across[across.indexOf(link) + 1];
  const same = [...grid().querySelectorAll(`a.cell[href$="cell=${columnOf(link)}"]`)];
  return same[same.indexOf(link) + (key === "ArrowUp" ? -1 : 1)];
}

// Events

document.addEventListener("click", (event) => {
  const plain = !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
  const link = event.target.closest("a.cell");
  if (link && plain && open(link)) return event.preventDefault();
  const opener = event.target.closest("a[data-opens]");
  if (opener && plain && openAdder(opener)) return event.preventDefault();
  const remover = event.target.closest("button[form=removing]");
  if (remover) {
    event.preventDefault();
    return send(remover.formAction, { source: remover, swap: "none", values: { shown: shownRevision() } });
  }
  const form = event.target.closest("td > form.editor");
  if (form && event.target.closest("[data-cancel]")) { event.preventDefault(); close(form, true); }
  if (form && event.target.closest("[data-keep]")) { event.preventDefault(); keepTheirs(form); }
  return undefined;
});

document.addEventListener("keydown", (event) => {
  const form = event.target.closest?.("td > form.editor");
  if (form) return keyInEditor(event, form);
  if (document.querySelector("dialog[open]")) return undefined;
  if (event.key === "Escape") event.target.closest?.("tbody .adding")?.remove();
  if (event.key === "Enter" && event.target.matches?.(".adder select")) {
    event.preventDefault(); // as in a cell: Enter takes what is chosen
    return event.target.form.requestSubmit();
  }
  if (isTyping()) return undefined;
  if ((event.ctrlKey || event.metaKey) && !event.shiftKey && event.key.toLowerCase() === "z" && takeBackLast()) {
    return event.preventDefault();
  }
  const link = event.target.closest?.("a.cell");
  if (link) return keyOnCell(event, link);
  if (event.key.toLowerCase() === "n" && !event.ctrlKey && !event.metaKey && !event.altKey) {
    const field = document.querySelector("tfoot [data-add] :is(input:not([type=hidden]), select)");
    if (field) { event.preventDefault(); field.focus(); }
  }
  return undefined;
});

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

document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr, elt: form } = event.detail;
  if (!form.matches(".editor, .adder, [form=removing]")) return;
  if (xhr.getResponseHeader("X-Rows")) {
    event.detail.shouldSwap = false;
    const revision = Number(xhr.getResponseHeader("X-Revision"));
    if (xhr.getResponseHeader("X-Changed")) remember(revision);
    merge(xhr.responseText, revision, form);
    if (form.isConnected && form.matches("td > form.editor")) close(form, form.contains(document.activeElement));
    goOn();
    if (grid().hasAttribute("data-pieces")) poll(); // the pieces around the table show the change too
  }
});

document.addEventListener("htmx:afterSwap", (event) => {
  const form = event.target;
  if (!form.matches?.("td > form.editor, form.adder")) return;
  form.opened = textOf(form);
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

document.addEventListener("toast", (event) => toast(event.detail.text, event.detail.undo));
document.addEventListener("row-added", (event) => setTimeout(() => welcome(event.detail.key, event.target)));
document.addEventListener("visibilitychange", poll);
window.addEventListener("focus", poll);
window.addEventListener("online", poll);
window.addEventListener("beforeunload", (event) => {
  const isUnsaved = (form) => form.matches(".saving, .failed, .answered, .conflict") || isTouched(form);
  if (openEditors().some(isUnsaved)) event.preventDefault();
});
