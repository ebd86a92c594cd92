// The rows of a table as they change: an answer's rows go where they belong, cell by cell into rows that exist, below
// their group when they are new, out when they are gone; what others changed is asked for; what one changed is undone.
// A row in which somebody types waits until its cell is closed.
import { ask, htmx, renew, sentencesOf, showToast, texts } from "./app.js";
import { enhance, fieldsOf, frontOf } from "./fields.js";

export const grid = () => document.querySelector("table.grid");
// What of the page says where to ask for changes, and which revision it has: its table, or a piece of it.
export const live = () => document.querySelector("[data-changes-url]");
export const openEditors = () => [...document.querySelectorAll("td > form.editor")];
export const adderField = () => document.querySelector("tfoot [data-add] :is(input:not([type=hidden]), select)");
export const membersOf = (group) => [...grid().querySelectorAll(`[id="${group}"], [data-group="${group}"]`)];

const pending = new Map(); // rows that changed while one of their cells was being edited, by id
const ownRevisions = []; // this person's own revisions, the last one last
let timer = 0;
let isPolling = false;
let isWanted = false; // something changed while an answer was under way, which may not have it yet
let isLossShown = false;

// What an answer brings

export function merge(html, revision, saving) {
  const holder = document.createElement("template");
  holder.innerHTML = html;
  const elements = [...holder.content.children];
  // The rows of a save come bare, those beside pieces in a table of their own.
  const rows = elements.flatMap((item) => [...(item.rows ?? [item])]).filter((item) => item.matches("tr"));
  const names = rows.length ? [...grid().tHead.rows[0].cells].map((head) => head.textContent.trim()) : [];
  for (const fresh of rows) {
    label(fresh, names);
    mergeRow(fresh, revision, saving);
  }
  rows.forEach(({ id }) => putInOrder(document.getElementById(id)));
  for (const piece of elements) if (piece.id && !piece.matches("tr")) mergePiece(piece);
}

const AFTER_CLICK = 300; // ms: a click that takes the focus away is over by then
const heldPieces = new Map(); // pieces that changed while somebody was choosing or typing in them, by id

// A piece of the page takes the place of the old one; while somebody chooses or types in that, the newest one waits.
function mergePiece(fresh) {
  const old = document.getElementById(fresh.id);
  if (!old) return;
  heldPieces.delete(fresh.id);
  if (!isInUse(old)) return void htmx.swap(old, fresh.outerHTML, { swapStyle: "outerHTML" });
  heldPieces.set(fresh.id, fresh);
  document.activeElement.addEventListener("blur", () => setTimeout(releasePieces, AFTER_CLICK), { once: true });
}

const releasePieces = () => [...heldPieces.values()].forEach(mergePiece);

function isInUse(piece) {
  const focused = document.activeElement;
  if (piece.contains(focused) && focused.matches("input, select, textarea")) return true;
  const typed = piece.querySelectorAll("textarea, input:not([type=hidden], [type=radio], [type=checkbox])");
  return [...typed].some((field) => field.value !== field.defaultValue);
}

// An answer leaves out what the head says already: the columns' names that the cards of a phone show.
function label(row, names) {
  let at = 0;
  for (const cell of row.cells) {
    if (!cell.matches(".tools")) cell.dataset.label = names[at];
    at += cell.colSpan;
  }
}

function mergeRow(fresh, revision, saving) {
  const old = document.getElementById(fresh.id);
  if (!old) return fresh.hasAttribute("data-gone") ? undefined : insert(fresh, saving);
  if (Number(old.dataset.rev ?? 0) > revision) return undefined;
  const busy = openEditors().some((form) => form !== saving && old.contains(form));
  if (busy) {
    const shown = pending.get(fresh.id)?.shown ?? live().dataset.revision;
    pending.set(fresh.id, { row: fresh.cloneNode(true), revision, shown });
  }
  if (busy && !saving) return undefined; // what others changed waits until the cell is closed
  if (fresh.hasAttribute("data-gone")) return busy ? undefined : remove(old);
  old.dataset.rev = revision;
  old.className = fresh.className;
  if (old.dataset.order && fresh.dataset.order) old.dataset.order = fresh.dataset.order;
  if ((old.dataset.group ?? "") !== (fresh.dataset.group ?? "")) regroup(old, fresh.dataset.group ?? "");
  if (old.cells.length !== fresh.cells.length) return busy ? undefined : old.replaceWith(fresh);
  [...fresh.cells].forEach((cell, at) => mergeCell(old.cells[at], cell, saving));
  return undefined;
}

// The row below takes over the focus of one that is gone.
function remove(row) {
  const next = row.contains(document.activeElement) && (row.nextElementSibling ?? row.previousElementSibling);
  row.remove();
  if (next) next.querySelector("td.tools button, a.cell, td.tools a")?.focus({ preventScroll: true });
}

// A row that went to another group goes behind the last of its new one; one that left all groups goes to the end.
function regroup(row, group) {
  row.dataset.group = group;
  const last = group ? membersOf(group).findLast((member) => member !== row) : undefined;
  if (last) last.after(row);
  else if (!group) row.parentElement.append(row);
}

// A row that was moved goes before the first that stands behind it, with those beneath it; the focus goes along.
function putInOrder(row) {
  if (!row?.dataset.order) return;
  const { group } = row.dataset;
  const own = group ? `[data-group="${group}"]` : ":not([data-group])";
  const others = [...row.parentElement.querySelectorAll(`tr[data-order]${own}`)].filter((other) => other !== row);
  const block = group ? [row] : membersOf(row.id);
  const next = others.find((other) => isBehind(other, row));
  const last = others.at(-1);
  if (!last || (next ?? null) === block.at(-1).nextElementSibling) return;
  const focused = document.activeElement;
  if (next) next.before(...block);
  else (group ? [last] : membersOf(last.id)).at(-1).after(...block);
  if (block.some((each) => each.contains(focused))) focused.focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
}

// Alt with an arrow up or down moves the row; false for any other key.
export function moveByKey(event, row) {
  const to = { ArrowUp: "up", ArrowDown: "down" }[event.key];
  if (!to || !event.altKey || event.ctrlKey || event.metaKey) return false;
  event.preventDefault();
  row.querySelector(`[form=moving][value=${to}]`)?.click();
  return true;
}

const isBehind = (one, other) => Number(one.dataset.order) > Number(other.dataset.order);

function mergeCell(old, fresh, saving) {
  const form = old.querySelector("form.editor");
  if (form && form !== saving) return;
  if (!form && (old.innerHTML === fresh.innerHTML || old.matches(".tools"))) return;
  const focused = old.contains(document.activeElement);
  fresh.classList.add(form ? "saved" : "fresh");
  old.replaceWith(fresh);
  htmx.process(fresh);
  if (focused) fresh.querySelector("a.cell")?.focus({ preventScroll: true });
}

function insert(row, own) {
  const table = grid();
  if (table.hasAttribute("data-partial") && !own) return newRows(table);
  const last = row.dataset.group ? membersOf(row.dataset.group).at(-1) : undefined;
  if (last) last.after(row);
  else table.querySelector("tbody.rows").append(row);
  for (const cell of row.cells) cell.classList.add("fresh");
  htmx.process(row);
  return undefined;
}

function newRows(table) {
  if (document.querySelector(".news")) return;
  const note = Object.assign(document.createElement("p"), { className: "news notice" });
  const again = { href: location.href, textContent: texts.show };
  note.append(`${texts.newRows} `, Object.assign(document.createElement("a"), again));
  table.before(note);
}

// The revision that all rows show: older than the page's where one waits for its cell to be closed.
export const shownRevision = () => Math.min(
  live().dataset.revision,
  ...[...pending.values()].map((update) => Number(update.shown)),
);

// A cell of the row has been closed: what others changed in it meanwhile is shown now.
export function release(id) {
  const update = pending.get(id);
  pending.delete(id);
  if (update) mergeRow(update.row, update.revision);
}

// Adding

export function openAdder(link) {
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
  enhance(row);
  frontOf(fieldsOf(form)[0]).focus();
  return true;
}

// Add a row beneath the head of this one, or where there is no such row, at the end of the table.
export function addBeneath(row, leaveCell = () => true) {
  const opener = document.getElementById(row.dataset.group ?? row.id).querySelector("a[data-opens]");
  const field = adderField();
  if (!leaveCell()) return;
  if (opener) openAdder(opener);
  else if (field) frontOf(field).focus();
}

// The row above gets the focus.
export function closeAdder(adding) {
  const above = adding?.previousElementSibling;
  adding?.remove();
  above?.querySelector("a.cell")?.focus();
}

// A row that was added: its form is ready for another. The cell in which one goes on, where the form names one.
export function welcome(key, form) {
  const row = document.getElementById(key);
  if (!form.isConnected) return undefined;
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
  const then = form.dataset.then && row?.querySelector(`a.cell[href$="cell=${form.dataset.then}"]`);
  if (!then) frontOf(fieldsOf(form)[0]).focus();
  return then;
}

// Cells that something else in the row leads to

// The cell that was clicked on, or the one that a link in its row names.
export function cellOf(target) {
  const mend = target.closest("a.mend");
  if (!mend) return target.closest("a.cell");
  return mend.closest("tr").querySelector(`a.cell[href$="cell=${mend.dataset.cell}"]`);
}

// The field that such a link names gets the focus, also behind More.
export function pointAt(link, target) {
  const name = target.closest("a.mend")?.dataset.field;
  const field = name && link.closest("td").querySelector(`form.editor [name="${name}"]:not([type=hidden])`);
  target.closest("details.letter")?.removeAttribute("open");
  if (!field) return;
  field.closest("details.more")?.setAttribute("open", "");
  frontOf(field).focus();
}

// Removing

// A row goes at once, with those beneath it; where it is refused or asked about, it comes back.
export function takeAway(remover) {
  const rows = membersOf(remover.closest("tr").id);
  const after = rows.at(-1).nextElementSibling ?? rows[0].previousElementSibling;
  after?.querySelector("td.tools button, a.cell, td.tools a")?.focus({ preventScroll: true });
  for (const row of rows) row.hidden = true;
}

export function bringBack(remover, isTaken) {
  for (const row of membersOf(remover.closest("tr").id)) row.hidden = false;
  if (!isTaken) remover.focus({ preventScroll: true });
}

// Pasting

// A block of cells is previewed and saved by paste.js; a single text opens a closed cell. What is being typed stays.
// `load` gets that, which imports this module.
export function takePastes({ open, close, isTouched, load }) {
  // Whether the first field of a form has the focus, and nothing was typed into it.
  const isFresh = (form, field) => {
    const first = fieldsOf(form)[0];
    if (first !== field && frontOf(first) !== field && field.type !== "radio") return false;
    return form.matches(".adder") ? !field.value : !isTouched(form) && !form.matches(".answered, .failed");
  };
  document.addEventListener("paste", (event) => {
    const field = document.activeElement;
    const place = field?.closest("a.cell, td > form.editor, form[data-add]");
    if (!place || (place.matches("form") && !isFresh(place, field))) return;
    const [html, text] = ["text/html", "text/plain"].map((type) => event.clipboardData.getData(type));
    const isLines = text.includes("\t") || (!field.matches("textarea") && text.trimEnd().includes("\n"));
    const isBlock = /<t[dh][\s>]/i.test(html) ? html.match(/<t[dh][\s>]/gi).length > 1 : isLines;
    if (!isBlock && !place.matches("a")) return;
    event.preventDefault();
    const link = place.matches(".adder") ? undefined : place.closest("td").querySelector("a.cell");
    if (place.matches(".editor")) close(place, true);
    const type = (typed) => typed && link && open(link, { typed });
    if (isBlock) load().then(({ paste }) => type(paste(link ?? place, html, text)));
    else type(text.trimEnd());
  }, true);
}

// What others changed

const pollInterval = () => Number(live()?.dataset.live || 5) * 1000;

export async function poll() {
  clearTimeout(timer);
  const page = live();
  if (!page) return;
  timer = setTimeout(poll, pollInterval());
  releasePieces();
  isWanted = isPolling;
  if (document.hidden || isPolling) return;
  isPolling = true;
  try {
    const query = new URLSearchParams(location.search);
    query.set("since", page.dataset.revision);
    const answer = await ask(`${page.dataset.changesUrl}?${query}`, { signal: AbortSignal.timeout(10000) });
    if (answer.status === 403 || answer.status === 404) lost();
    else if (answer.ok) {
      isLossShown = false;
      const revision = Number(answer.headers.get("X-Revision") || page.dataset.revision);
      if (answer.status !== 204) merge(await answer.text(), revision);
      page.dataset.revision = revision;
    }
  } catch {
    // No connection: the next turn asks again. What is typed says so itself when it is sent.
  } finally {
    isPolling = false;
    if (isWanted) poll();
  }
}

// No longer in the team, or the plan is gone: said once, for as long as it is so.
function lost() {
  if (!isLossShown) toast(texts.lost);
  isLossShown = true;
}

// Toasts and undo

export function toast(text, undo) {
  showToast(text, undo && { label: texts.undo, act: () => takeBack(undo) });
}

// What this person just changed, in the revision of that number.
export const remember = (revision) => ownRevisions.push(revision);

// Take back the last change of one's own; false where there is none.
export function takeBackLast() {
  if (ownRevisions.length) takeBack(undoUrl(ownRevisions.at(-1)));
  return ownRevisions.length > 0;
}

async function takeBack(url) {
  try {
    const answer = await ask(url, { method: "POST" });
    if (answer.status === 401) return undefined;
    const at = ownRevisions.findIndex((revision) => undoUrl(revision) === url);
    if (at >= 0) ownRevisions.splice(at, 1);
    if (answer.ok) {
      toast(texts.undone);
      return poll();
    }
    toast(sentencesOf(await answer.text()));
  } catch {
    toast(texts.notUndone);
  }
  return undefined;
}

const undoUrl = (revision) => grid().dataset.undoUrl.replace(/0\/$/, `${revision}/`);

document.addEventListener("toast", (event) => toast(event.detail.text, event.detail.undo));

// A form that saves as soon as something is chosen: what follows from that is shown at once, a refusal is said.
document.addEventListener("htmx:afterRequest", ({ detail: { elt, xhr } }) => {
  if (!elt.matches("form[data-saves]")) return;
  if ([404, 409, 422].includes(xhr.status)) {
    toast(sentencesOf(xhr.responseText));
    elt.reset();
  }
  poll();
});

timer = setTimeout(poll, pollInterval());
window.addEventListener("pageshow", ({ persisted }) => persisted && poll());
