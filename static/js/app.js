// What every page shares: whether script runs, popovers that close, texts that a click adds, files and toasts.
document.documentElement.classList.add("js");

// The words that scripts show, in the reader's language (planner/web/script_texts.py).
export const texts = JSON.parse(document.getElementById("texts").textContent);

const popovers = () => document.querySelectorAll("details[open]:is(.switch, .me, .menu-more)");

document.addEventListener("click", (event) => {
  for (const popover of popovers()) if (!popover.contains(event.target)) popover.open = false;
  if (event.target.matches("input[data-copy]")) event.target.select();
  const insertion = event.target.closest("[data-insert]");
  if (insertion) insertAtLineEnd(insertion.closest(".field").querySelector("textarea"), insertion.dataset.insert);
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const popover of popovers()) {
    popover.open = false;
    if (popover.contains(document.activeElement)) popover.querySelector("summary").focus();
  }
});

// Lines that are pasted or dropped into a field of one number: a browser would join them to one.
for (const [kind, data] of [["paste", "clipboardData"], ["drop", "dataTransfer"]]) {
  document.addEventListener(kind, (event) => {
    if (!event.target.matches?.("input[inputmode=decimal]")) return;
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
    note.append(Object.assign(document.createElement("a"), { href: action.href, textContent: action.label }));
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
