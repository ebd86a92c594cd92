// Tables that people edit in place. The server renders every cell; this opens editors, sends them, and puts the
// rows of an answer where they belong. Everything is delegated, so that a table swapped by htmx keeps working.
(() => {
  const mine = []; // this person's own revisions, the last one last
  let waiting = null; // a request that would replace the table, held until no cell is open
  let timer = 0;
  let asking = false;
  let toldSignedOut = false;

  const grid = () => document.querySelector("table.grid");
  const word = (name) => grid()?.dataset[`word${name}`] ?? "";
  const openEditors = () => [...document.querySelectorAll("td > form.editor")];
  const columnOf = (link) => new URL(link.href).searchParams.get("cell");
  const rowUrl = (form) => form.getAttribute("action");
  const headers = () => ({ "HX-Request": "true", ...JSON.parse(document.body.getAttribute("hx-headers") || "{}") });
  const fieldsOf = (form) => [...form.elements].filter((each) => each.name && each.type !== "hidden");
  const textOf = (form) => JSON.stringify(fieldsOf(form).map((each) => (each.type === "radio" ? each.checked : each.value)));
  const isTouched = (form) => textOf(form) !== form.opened;
  const isTyping = () => document.activeElement?.matches("input, select, textarea") ?? false;

  // Opening and closing

  function open(link, typed) {
    const cell = link.closest("td");
    const row = cell.parentElement;
    const standing = cell.querySelector("form.editor");
    if (standing) return focusField(standing);
    const template = document.getElementById(`edit-${row.id.split("-")[0]}-${columnOf(link)}`);
    if (!template) return false;
    const form = template.content.firstElementChild.cloneNode(true);
    // The texts that the cell opens with: in the order of the editor's fields, a list where it has several.
    const names = [...form.querySelectorAll('[name^="initial-"]')].map((each) => each.name.slice("initial-".length));
    const texts = names.length === 1 ? [link.dataset.v] : JSON.parse(link.dataset.v);
    for (const [index, name] of names.entries()) {
      const value = texts[index];
      for (const field of form.querySelectorAll(`[name="${name}"], [name="initial-${name}"]`)) {
        if (field.type === "radio") field.checked = field.value === value;
        else field.value = value;
      }
    }
    const url = new URL(link.href).pathname;
    form.setAttribute("action", url);
    form.setAttribute("hx-post", url);
    form.opened = textOf(form);
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
      ?? fields.find((each) => each.type === "radio" && each.checked) ?? fields[0];
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
    tableRows.release(cell.parentElement.id);
    goOn();
  }

  function goOn() {
    if (!waiting || openEditors().length) return;
    const go = waiting;
    waiting = null;
    go();
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
    form.querySelectorAll(".trouble").forEach((each) => each.remove());
    form.requestSubmit();
  }

  // A person who goes on elsewhere has not said what to do about a conflict or an error: it stays until they do.
  function leave(form) {
    if (!form.isConnected || form.contains(document.activeElement) || !document.hasFocus()) return;
    if (form.matches(".conflict, .saving")) return;
    if (form.matches(".answered, .failed") && !isTouched(form)) return;
    save(form);
  }

  function trouble(form, sentence, link) {
    const note = document.createElement("p");
    note.className = "error trouble";
    note.setAttribute("role", "alert");
    note.append(sentence, " ");
    if (link) {
      const to = Object.assign(document.createElement("a"), { href: link, textContent: word("Login"), target: "_blank" });
      note.append(to, " ");
    }
    const again = document.createElement("button");
    again.className = "link";
    again.textContent = word("Again");
    note.append(again);
    form.classList.remove("saving");
    form.classList.add("failed");
    form.inert = false;
    form.opened = textOf(form);
    form.querySelectorAll(".trouble").forEach((each) => each.remove());
    form.append(note);
    if (form.closest("td")?.contains(document.activeElement)) focusField(form, false);
  }

  function report(form, name, link) {
    if (form.matches(".editor, .adder")) trouble(form, word(name), link);
    else toast(word(name));
  }

  async function keepTheirs(form) {
    try {
      const answer = await fetch(rowUrl(form), { headers: headers() });
      if (!answer.ok || !answer.headers.has("X-Rows")) throw new Error(String(answer.status));
      const revision = Number(answer.headers.get("X-Revision"));
      const html = await answer.text();
      close(form, true);
      tableRows.merge(html, revision);
    } catch {
      trouble(form, word("Offline"));
    }
  }

  // What others changed

  async function poll() {
    clearTimeout(timer);
    const table = grid();
    if (!table) return;
    timer = setTimeout(poll, Number(table.dataset.live || 5) * 1000);
    if (document.hidden || asking) return;
    asking = true;
    try {
      const query = new URLSearchParams(location.search);
      query.set("since", table.dataset.revision);
      const answer = await fetch(`${table.dataset.changesUrl}?${query}`, { headers: headers(), signal: AbortSignal.timeout(10000) });
      if (answer.redirected || answer.status === 401) signedOut();
      else if (answer.ok) {
        toldSignedOut = false;
        const revision = Number(answer.headers.get("X-Revision") || table.dataset.revision);
        if (answer.status !== 204) tableRows.merge(await answer.text(), revision);
        table.dataset.revision = revision;
      }
    } catch {
      // No connection: the next turn asks again. What is typed says so itself when it is sent.
    } finally {
      asking = false;
    }
  }

  function signedOut() {
    if (!toldSignedOut) toast(word("Out"), "", grid().dataset.loginUrl);
    toldSignedOut = true;
  }

  // Toasts and undo

  function toast(text, undo, link) {
    const action = undo ? { label: word("Undo"), act: () => takeBack(undo) } : link && { label: word("Login"), href: link };
    showToast(text, word("Close"), action);
  }

  async function takeBack(url) {
    try {
      const answer = await fetch(url, { method: "POST", headers: headers() });
      const at = mine.findIndex((revision) => undoUrl(revision) === url);
      if (at >= 0) mine.splice(at, 1);
      if (answer.ok) {
        toast(word("Undone"));
        return poll();
      }
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const said = [...page.querySelectorAll(".error")].map((each) => each.textContent).join(" ");
      toast(said || page.body.textContent.trim().slice(0, 300));
    } catch {
      toast(word("NotUndone"));
    }
    return undefined;
  }

  const undoUrl = (revision) => grid().dataset.undoUrl.replace(/0\/$/, `${revision}/`);

  // Adding

  function openAdder(link) {
    const template = document.getElementById(`add-${link.dataset.opens}`);
    if (!template) return false;
    document.querySelectorAll("tbody .adding").forEach((each) => each.remove());
    const row = template.content.firstElementChild.cloneNode(true);
    const form = row.querySelector("form");
    form.setAttribute("action", link.href);
    form.setAttribute("hx-post", link.href);
    for (const [name, value] of new URL(link.href).searchParams) {
      const field = form.querySelector(`[type=hidden][name="${name}"]`);
      if (field) field.value = value;
    }
    const group = link.closest("tr").id;
    row.dataset.adds = group;
    const peers = grid().querySelectorAll(`[id="${group}"], [data-group="${group}"]`);
    peers[peers.length - 1].after(row);
    htmx.process(row);
    fieldsOf(form)[0].focus();
    return true;
  }

  function welcome(key, form) {
    const row = document.getElementById(key);
    if (!form.isConnected) return;
    form.querySelectorAll("select[data-once]").forEach((each) => each.selectedOptions[0]?.remove());
    form.reset();
    form.querySelectorAll(".error").forEach((each) => each.remove());
    form.querySelectorAll(".wrong").forEach((each) => each.classList.remove("wrong"));
    const adding = form.closest("tbody .adding");
    if (adding && row) row.after(adding);
    row?.scrollIntoView({ block: "nearest" });
    if (form.dataset.then) row?.querySelector(`a.cell[href$="?cell=${form.dataset.then}"]`)?.focus();
    else fieldsOf(form)[0].focus();
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
      return htmx.ajax("POST", remover.formAction, { source: remover, swap: "none" });
    }
    const form = event.target.closest("td > form.editor");
    if (form && event.target.closest("[data-cancel]")) { event.preventDefault(); close(form, true); }
    if (form && event.target.closest("[data-keep]")) { event.preventDefault(); keepTheirs(form); }
    return undefined;
  });

  document.addEventListener("keydown", (event) => {
    const form = event.target.closest?.("td > form.editor");
    if (form) return keyInEditor(event, form);
    if (event.key === "Escape") event.target.closest?.("tbody .adding")?.remove();
    if (event.key === "Enter" && event.target.matches?.(".adder select")) {
      event.preventDefault(); // as in a cell: Enter takes what is chosen
      return event.target.form.requestSubmit();
    }
    if (isTyping()) return undefined;
    if ((event.ctrlKey || event.metaKey) && !event.shiftKey && event.key.toLowerCase() === "z" && mine.length) {
      event.preventDefault();
      return takeBack(undoUrl(mine[mine.length - 1]));
    }
    const link = event.target.closest?.("a.cell");
    if (link) return keyOnCell(event, link);
    if (event.key.toLowerCase() === "n" && !event.ctrlKey && !event.metaKey && !event.altKey) {
      const field = document.querySelector("tfoot [data-add] :is(input:not([type=hidden]), select)");
      if (field) { event.preventDefault(); field.focus(); }
    }
    return undefined;
  });

  function keyInEditor(event, form) {
    if (event.isComposing) return;
    const fields = fieldsOf(form).filter((each) => each.type !== "radio" || each.checked || each === document.activeElement);
    const at = fields.indexOf(event.target);
    if (event.key === "Escape") {
      event.preventDefault();
      close(form, true);
    } else if (event.key === "Tab" && at >= 0 && !form.matches(".answered, .conflict, .failed")) {
      if (at !== (event.shiftKey ? 0 : fields.length - 1)) return;
      event.preventDefault();
      next(form, event.shiftKey ? -1 : 1);
    } else if (event.key === "Enter" && at >= 0 && (event.target.tagName !== "TEXTAREA" || event.ctrlKey || event.metaKey)) {
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
    const same = [...grid().querySelectorAll(`a.cell[href$="?cell=${columnOf(link)}"]`)];
    return same[same.indexOf(link) + (key === "ArrowUp" ? -1 : 1)];
  }

  document.addEventListener("focusout", (event) => {
    const form = event.target.closest("td > form.editor");
    if (form && !form.contains(event.relatedTarget)) setTimeout(() => leave(form));
  });

  // A request that replaces the table waits until what is being typed has been saved.
  document.addEventListener("htmx:confirm", (event) => {
    const target = event.detail.target;
    if (!target?.matches?.("#grid, #table") || !openEditors().length) return;
    event.preventDefault();
    waiting = () => event.detail.issueRequest(true);
    openEditors().forEach(leave);
    if (openEditors().some((form) => !form.matches(".saving"))) toast(word("Finish"));
  });

  document.addEventListener("htmx:beforeRequest", (event) => {
    const form = event.detail.elt;
    if (!form.matches("td > form.editor")) return;
    const kept = document.activeElement;
    form.classList.remove("failed");
    form.classList.add("saving");
    form.inert = true;
    // An inert form loses the focus: the cell keeps it, so that the keyboard goes on from here.
    if (form.contains(kept)) form.closest("td").querySelector("a.cell")?.focus({ preventScroll: true });
  });

  document.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr, elt: form, requestConfig } = event.detail;
    if (!form.matches(".editor, .adder, td.tools form")) return;
    if (xhr.getResponseHeader("X-Rows")) {
      event.detail.shouldSwap = false;
      const revision = Number(xhr.getResponseHeader("X-Revision"));
      if (!form.matches(".editor") || xhr.getResponseHeader("X-Changed")) mine.push(revision);
      tableRows.merge(xhr.responseText, revision, form);
      if (form.isConnected && form.matches("td > form.editor")) close(form, form.contains(document.activeElement));
      goOn();
    } else if (xhr.status < 300 && !xhr.responseURL.includes(requestConfig.path.replace(/^https?:..[^/]+/, ""))) {
      event.detail.shouldSwap = false;
      report(form, "Out", grid().dataset.loginUrl);
    }
  });

  document.addEventListener("htmx:afterSwap", (event) => {
    const form = event.target;
    if (!form.matches?.("td > form.editor, form.adder")) return;
    form.opened = textOf(form);
    if (!isTyping()) focusField(form, form.matches(".editor"));
  });

  document.addEventListener("htmx:sendError", (event) => report(event.detail.elt, "Offline"));
  document.addEventListener("htmx:timeout", (event) => report(event.detail.elt, "Offline"));
  document.addEventListener("htmx:responseError", (event) => {
    const status = event.detail.xhr.status;
    if (status === 401) report(event.detail.elt, "Out", grid().dataset.loginUrl);
    else report(event.detail.elt, { 403: "Refused", 404: "Missing" }[status] ?? "Broken");
    if (status === 403) poll(); // perhaps the session is over: then it says so
  });

  document.addEventListener("toast", (event) => toast(event.detail.text, event.detail.undo));
  document.addEventListener("row-added", (event) => setTimeout(() => welcome(event.detail.key, event.target)));
  document.addEventListener("visibilitychange", poll);
  window.addEventListener("focus", poll);
  window.addEventListener("online", () => {
    openEditors().filter((form) => form.matches(".failed")).forEach(save);
    poll();
  });
  window.addEventListener("beforeunload", (event) => {
    if (openEditors().some((form) => form.matches(".saving, .failed, .answered, .conflict") || isTouched(form))) event.preventDefault();
  });

  htmx.config.timeout = 20000;
  timer = setTimeout(poll, Number(grid()?.dataset.live || 5) * 1000);
})();
