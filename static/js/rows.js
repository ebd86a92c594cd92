// Puts the rows of an answer where they belong: cell by cell into rows that stand, below their group when they are
// new, out when they are gone. A row in which somebody types waits until its cell is closed.
const tableRows = (() => {
  const pending = new Map(); // rows that changed while one of their cells was being edited: id → revision and row

  const grid = () => document.querySelector("table.grid");
  const word = (name) => grid()?.dataset[`word${name}`] ?? "";
  const openEditors = () => [...document.querySelectorAll("td > form.editor")];

  function merge(html, revision, saving) {
    const holder = document.createElement("template");
    holder.innerHTML = html;
    const names = [...grid().tHead.rows[0].cells].map((head) => head.textContent.trim());
    for (const fresh of [...holder.content.querySelectorAll("tr")]) {
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
    const peers = [...document.querySelectorAll(`[id="${group}"], [data-group="${group}"]`)].filter((each) => each !== row);
    if (group && peers.length) peers[peers.length - 1].after(row);
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
    const peers = row.dataset.group ? table.querySelectorAll(`[id="${row.dataset.group}"], [data-group="${row.dataset.group}"]`) : [];
    const last = peers[peers.length - 1];
    if (last) last.after(row);
    else table.querySelector("tbody.rows").append(row);
    for (const cell of row.cells) cell.classList.add("fresh");
    htmx.process(row);
    return undefined;
  }

  function newRows(table) {
    if (document.querySelector(".news")) return;
    const note = Object.assign(document.createElement("p"), { className: "news notice", textContent: `${word("New")} ` });
    note.append(Object.assign(document.createElement("a"), { href: location.href, textContent: word("Show") }));
    table.before(note);
  }

  // A cell of the row has been closed: what others changed in it meanwhile is shown now.
  function release(id) {
    const late = pending.get(id);
    pending.delete(id);
    if (late) mergeRow(late.row, late.revision);
  }

  return { merge, release };
})();
