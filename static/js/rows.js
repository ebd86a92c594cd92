// The rows of a table as they change: an answer's rows go where they belong, cell by cell into rows that stand, below
// their group when they are new, out when they are gone; what others changed is asked for; what one changed is undone.
// A row in which somebody types waits until its cell is closed.
import { showToast, texts } from "./app.js";

export const { htmx } = window;
export const grid = () => document.querySelector("table.grid");
export const openEditors = () => [...document.querySelectorAll("td > form.editor")];
export const membersOf = (group) => [...grid().querySelectorAll(`[id="${group}"], [data-group="${group}"]`)];
const ownHeaders = () => JSON.parse(document.body.getAttribute("hx-headers") || "{}");
export const headers = () => ({ "HX-Request": "true", ...ownHeaders() });

const pending = new Map(); // rows that changed while one of their cells was being edited, by id
const mine = []; // this person's own revisions, the last one last
let timer = 0;
let asking = false;
let toldSignedOut = false;

// What an answer brings

export function merge(html, revision, saving) {
  const holder = document.createElement("template");
  holder.innerHTML = html;
  const names = [...grid().tHead.rows[0].cells].map((head) => head.textContent.trim());
  for (const fresh of holder.content.querySelectorAll("tr")) {
    label(fresh, names);
    mergeRow(fresh, revision, saving);
  }
  document.body.dispatchEvent(new CustomEvent("rows-changed"));
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
  if (busy) pending.set(fresh.id, { row: fresh.cloneNode(true), revision });
  if (busy && !saving) return undefined; // what others changed waits until the cell is closed
  if (fresh.hasAttribute("data-gone")) return busy ? undefined : old.remove();
  old.dataset.rev = revision;
  old.className = fresh.className;
  if ((old.dataset.group ?? "") !== (fresh.dataset.group ?? "")) regroup(old, fresh.dataset.group ?? "");
  if (old.cells.length !== fresh.cells.length) return busy ? undefined : old.replaceWith(fresh);
  [...fresh.cells].forEach((cell, at) => mergeCell(old.cells[at], cell, saving));
  return undefined;
}

// A row that went to another group goes behind the last of its new one; one that left all groups goes to the end.
function regroup(row, group) {
  row.dataset.group = group;
  const last = group ? membersOf(group).findLast((each) => each !== row) : undefined;
  if (last) last.after(row);
  else if (!group) row.parentElement.append(row);
}

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

// A cell of the row has been closed: what others changed in it meanwhile is shown now.
export function release(id) {
  const late = pending.get(id);
  pending.delete(id);
  if (late) mergeRow(late.row, late.revision);
}

// What others changed

const turn = () => Number(grid()?.dataset.live || 5) * 1000;

export async function poll() {
  clearTimeout(timer);
  const table = grid();
  if (!table) return;
  timer = setTimeout(poll, turn());
  if (document.hidden || asking) return;
  asking = true;
  try {
    const query = new URLSearchParams(location.search);
    query.set("since", table.dataset.revision);
    const waits = { headers: headers(), signal: AbortSignal.timeout(10000) };
    const answer = await fetch(`${table.dataset.changesUrl}?${query}`, waits);
    if (answer.redirected || answer.status === 401) signedOut();
    else if (answer.ok) {
      toldSignedOut = false;
      const revision = Number(answer.headers.get("X-Revision") || table.dataset.revision);
      if (answer.status !== 204) merge(await answer.text(), revision);
      table.dataset.revision = revision;
    }
  } catch {
    // No connection: the next turn asks again. What is typed says so itself when it is sent.
  } finally {
    asking = false;
  }
}

function signedOut() {
  if (!toldSignedOut) toast(texts.signedOut, "", grid().dataset.loginUrl);
  toldSignedOut = true;
}

// Toasts and undo

export function toast(text, undo, link) {
  const action = undo ? { label: texts.undo, act: () => takeBack(undo) } : link && { label: texts.signIn, href: link };
  showToast(text, action);
}

// What this person just changed, in the revision of that number.
export const remember = (revision) => mine.push(revision);

// Take back the last change of one's own; false where there is none.
export function takeBackLast() {
  if (mine.length) takeBack(undoUrl(mine.at(-1)));
  return mine.length > 0;
}

async function takeBack(url) {
  try {
    const answer = await fetch(url, { method: "POST", headers: headers() });
    const at = mine.findIndex((revision) => undoUrl(revision) === url);
    if (at >= 0) mine.splice(at, 1);
    if (answer.ok) {
      toast(texts.undone);
      return poll();
    }
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const said = [...page.querySelectorAll(".error")].map((each) => each.textContent).join(" ");
    toast(said || page.body.textContent.trim().slice(0, 300));
  } catch {
    toast(texts.notUndone);
  }
  return undefined;
}

const undoUrl = (revision) => grid().dataset.undoUrl.replace(/0\/$/, `${revision}/`);

timer = setTimeout(poll, turn());
