// A block of cells from Excel, WPS or a page: read from the clipboard, previewed by the server, saved at once.
import { htmx, renew, texts } from "./app.js";
import { grid, merge, poll, remember } from "./rows.js";

const MOST_LINES = 501; // more than the server takes, which says so
const MOST_SPAN = 1000;
const LEFT_OUT = "style, script, svg, small:not(.item small), .tip, .who, .step, .none, .reached, .unseen, .other"
  + ", .news, .smart, .proposal, .past, td > .go";

// What is on the clipboard

// The lines of the first table in a piece of HTML; undefined without one. Merged cells have their text in the first.
export function readHtml(html) {
  const table = new DOMParser().parseFromString(withoutStyles(html), "text/html").querySelector("table");
  if (!table) return undefined;
  const rows = [...table.rows].filter((row) => !row.matches("[hidden], .adding, .hollow > tr"));
  const lines = rows.map(() => []);
  for (const [at, row] of rows.entries()) {
    let column = 0;
    for (const cell of row.cells) {
      if (cell.matches(".tools")) continue;
      while (lines[at][column] !== undefined) column += 1;
      const text = textOf(cell);
      const [right, down] = [cell.colSpan, cell.rowSpan].map((span) => Math.min(span, MOST_SPAN));
      for (let y = at; y < Math.min(at + down, rows.length); y += 1) {
        for (let x = column; x < column + right; x += 1) lines[y][x] = y === at && x === column ? text : "";
      }
    }
  }
  return lines.map((line) => Array.from(line, (text) => text ?? ""));
}

// The security policy refuses styles even in a piece that is only read. Excel measures its columns in a hidden row.
const withoutStyles = (html) => html
  .replace(/<style[\s>].*?<\/style>/gis, "")
  .replace(/\sstyle\s*=\s*("[^"]*"|'[^']*')/gi, (style) => (/display:\s*none/i.test(style) ? " hidden" : ""));

// The text of a cell as one reads it; of a cell of our own pages its main line.
function textOf(cell) {
  if (cell.querySelector(".cell, .value")) {
    cell.querySelectorAll(LEFT_OUT).forEach((element) => element.remove());
    for (const lines of cell.querySelectorAll(".lines")) lines.replaceChildren(lines.firstChild ?? "");
    cell.querySelectorAll(".unit").forEach((unit) => unit.prepend(" "));
  }
  const text = flow(cell).replace(/\u00a0/g, " ");
  return text.split("\n").map((line) => line.replace(/ +/g, " ").trim()).join("\n").replace(/\n{2,}/g, "\n").trim();
}

function flow(node) {
  if (node.nodeType === Node.TEXT_NODE) return node.data.replace(/[ \t\r\n\f]+/g, " ");
  if (node.nodeName === "BR") return "\n";
  if (node.nodeType !== Node.ELEMENT_NODE || node.matches("style, script")) return "";
  const text = [...node.childNodes].map(flow).join("");
  return node.matches("p, div, li, .item") ? `\n${text}\n` : text;
}

// Lines of cells with tabs between them. A cell with line breaks or tabs is quoted, its quotation marks doubled.
export function readText(text) {
  const lines = [[]];
  let rest = text.replace(/\r\n?/g, "\n").replace(/\n$/, "");
  for (;;) {
    const quoted = /^"((?:[^"]|"")*)"(?=[\t\n]|$)/.exec(rest);
    const isQuoted = quoted && /[\t\n]|""/.test(quoted[1]);
    const [raw] = isQuoted ? quoted : /^[^\t\n]*/.exec(rest);
    lines.at(-1).push((isQuoted ? quoted[1].replace(/""/g, '"') : raw).trim());
    const between = rest[raw.length];
    if (between === undefined) return lines;
    if (between === "\n") lines.push([]);
    rest = rest.slice(raw.length + 1);
  }
}

// The dialog

// Paste at a cell (its link) or into a form that adds rows. Returns the text where it is only one.
export function paste(place, html, text) {
  const lines = readHtml(html) ?? readText(text);
  if (lines.length === 1 && lines[0].length === 1) return lines[0][0];
  const start = place.matches("a") ? atCell(place) : atAdder(place);
  const form = document.createElement("form");
  form.className = "pasting stack";
  form.method = "post";
  const attributes = { "hx-post": start.url, "hx-target": "find .preview", "hx-swap": "innerHTML" };
  for (const [name, value] of Object.entries(attributes)) form.setAttribute(name, value);
  for (const [name, value] of Object.entries({ ...start.values, lines: JSON.stringify(lines.slice(0, MOST_LINES)) })) {
    form.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
  }
  const preview = Object.assign(document.createElement("div"), { className: "preview stack" });
  preview.append(Object.assign(document.createElement("p"), { className: "muted", textContent: texts.preview }));
  form.append(preview);
  form.refocus = start.refocus;
  show(form);
  return undefined;
}

function show(form) {
  const dialog = Object.assign(document.createElement("dialog"), { className: "sheet card paste" });
  dialog.setAttribute("aria-label", texts.paste);
  dialog.append(form);
  document.getElementById("main").append(dialog);
  dialog.addEventListener("click", (event) => event.target.closest("[data-keep]") && dialog.close());
  // What is being saved is not taken back by closing.
  dialog.addEventListener("cancel", (event) => isSaving(form) && event.preventDefault());
  dialog.addEventListener("close", () => {
    dialog.remove();
    form.refocus();
  });
  dialog.showModal();
  renew(form);
  htmx.process(form);
  form.requestSubmit();
}

const isSaving = (form) => form.matches(".saving") && form.elements.fingerprint;

function atCell(link) {
  const { searchParams } = new URL(link.href);
  const column = searchParams.get("cell");
  searchParams.delete("cell");
  const key = link.closest("tr").id;
  const rows = [...grid().querySelectorAll("tbody.rows > tr[id]:not([hidden])")].map((row) => row.id);
  const refocus = () => document.querySelector(`[id="${key}"] a.cell[href$="cell=${column}"]`)?.focus();
  const keys = JSON.stringify(rows.slice(rows.indexOf(key)));
  return { url: address(searchParams), values: { column, keys }, refocus };
}

function atAdder(form) {
  const beneath = form.querySelector("[name=beneath]")?.value ?? "";
  const refocus = () => form.querySelector(":is(input:not([type=hidden]), select)")?.focus();
  return { url: address(new URLSearchParams()), values: { kind: form.dataset.add, beneath }, refocus };
}

function address(query) {
  const url = grid().dataset.changesUrl.replace(/changes\/$/, "paste/");
  return query.size ? `${url}?${query}` : url;
}

document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  const { xhr, requestConfig: { elt: form } } = detail;
  if (!form.matches(".pasting")) return;
  form.classList.remove("saving");
  form.querySelectorAll(".trouble").forEach((note) => note.remove());
  if (!xhr.getResponseHeader("X-Rows")) return;
  detail.shouldSwap = false;
  const revision = Number(xhr.getResponseHeader("X-Revision"));
  if (xhr.getResponseHeader("X-Changed")) remember(revision);
  merge(xhr.responseText, revision, form);
  form.closest("dialog").close();
  poll(); // the pieces around the table show the change too
});
