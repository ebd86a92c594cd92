// Fields in front of others: a list of more than seven is searched by typing, a date is typed as people write it. The
// field behind keeps the value, so that without script, and on the server, it is a plain list or date.
// It imports nothing, for app.js imports it: modules that import each other cannot be named by their content.

const FEW = 7;
let texts = {};
let isComposing = () => false;

// Begin with the words and the test of app.js.
export function begin(shared) {
  ({ texts, isComposing } = shared);
  enhance(document);
  document.addEventListener("htmx:load", (event) => enhance(event.target));
  document.addEventListener("input", ({ target }) => target.form?.querySelectorAll("[data-unit]").forEach(showUnit));
}

// What a text is found by: its letters without case, width, accents, spaces and the marks of an input method.
const fold = (text) => text.normalize("NFKD").replace(/[\s'’\p{M}]/gu, "").toLowerCase();

// The language of numbers and dates is the browser's own, as in its own fields.
const locale = navigator.language;

export function enhance(root) {
  root.querySelectorAll("[data-unit]").forEach(showUnit);
  for (const select of root.querySelectorAll("select")) if (isLong(select)) select.front ??= new Chooser(select).input;
  if (matchMedia("(pointer: coarse)").matches) return; // a phone has a better picker of its own
  for (const date of root.querySelectorAll("td > .editor input[type=date]")) date.front ??= new Day(date).input;
  for (const range of root.querySelectorAll("td > .editor .range")) {
    const [from, to] = [...range.querySelectorAll("input[type=date]")].map((date) => date.front.owner);
    from.opens(to);
  }
}

// The unit behind a figure follows what is chosen and typed in the other fields of its form.
function showUnit(affix) {
  const { elements } = affix.closest("form");
  const { unit, perCentFor = "" } = affix.dataset;
  const [name, ...choices] = perCentFor.split(" ");
  const typed = elements.unit?.value.trim();
  const isOther = unit !== "%" && typed !== elements["initial-unit"]?.value;
  affix.textContent = choices.includes(elements[name]?.value) ? "%" : isOther ? typed : unit;
}

export const fieldsOf = (form) => [...form.elements].filter((field) => field.name && field.type !== "hidden");
// What is typed into: in place of a list or a date, the field in front of it.
export const frontOf = (field) => field.front ?? field;

// A list that does not have the choice yet gets it, as the cell calls it.
function setText(field, text, link) {
  field.value = text;
  if (field.tagName !== "SELECT" || field.value === text) return;
  field.append(new Option(link.textContent.trim(), text));
  field.value = text;
}

const listOf = (text, count) => (count === 1 ? [text] : JSON.parse(text));

// The texts and units that the cell opens with: in the order of the editor's fields, a list where it has several.
export function fill(form, link) {
  const names = [...form.querySelectorAll('[name^="initial-"]')].map((field) => field.name.slice("initial-".length));
  const values = listOf(link.dataset.v, names.length);
  for (const [index, name] of names.entries()) {
    for (const field of form.querySelectorAll(`[name="${name}"], [name="initial-${name}"]`)) {
      if (field.type === "radio") field.checked = field.value === values[index];
      else setText(field, values[index], link);
    }
    const parts = form.querySelectorAll(`.range [name^="${name}_"]`);
    for (const [at, part] of parts.entries()) part.value = values[index].split("/")[at] ?? "";
  }
  const affixes = [...form.querySelectorAll("[data-unit]")];
  const units = link.dataset.units === undefined ? [] : listOf(link.dataset.units, affixes.length);
  for (const [index, affix] of affixes.entries()) affix.dataset.unit = units[index] ?? "";
}

// Take what was typed in front of the fields of a form; false where something of it means nothing.
export function settle(form) {
  const fronts = [...form.elements].map((field) => field.front?.owner).filter(Boolean);
  return fronts.map((front) => front.settle()).every(Boolean);
}

const isLong = (select) => !select.multiple && !select.matches(".sorter")
  && (select.hasAttribute("data-new") || [...select.options].filter((option) => option.value).length > FEW);

// A field in front of another, which it hides.
class Front {
  constructor(field) {
    const isFocused = document.activeElement === field;
    this.field = field;
    const plain = { type: "text", autocomplete: "off", spellcheck: false };
    this.input = Object.assign(document.createElement("input"), plain);
    this.input.owner = this;
    const label = field.getAttribute("aria-label") ?? field.labels?.[0]?.textContent.trim();
    if (label) this.input.setAttribute("aria-label", label);
    this.box = Object.assign(document.createElement("span"), { className: "front" });
    field.before(this.box);
    this.box.append(this.input);
    field.hidden = true;
    field.tabIndex = -1;
    if (field.id) {
      this.input.id = field.id;
      field.id = `${field.id}-value`;
    }
    // What is typed here is not yet a value: forms that listen hear of that when it is.
    this.input.addEventListener("input", (event) => { event.stopPropagation(); this.typed(); });
    this.input.addEventListener("change", (event) => event.stopPropagation());
    this.input.addEventListener("keydown", (event) => this.key(event));
    field.form?.addEventListener("reset", () => setTimeout(() => this.show()));
    this.show();
    if (isFocused) this.input.focus();
  }

  set(value) {
    if (this.field.value !== value) {
      this.field.value = value;
      this.field.dispatchEvent(new Event("input", { bubbles: true }));
      this.field.dispatchEvent(new Event("change", { bubbles: true }));
    }
    this.show();
  }

  show() {
    this.input.value = this.shown();
    this.complain("");
  }

  complain(sentence) {
    this.box.classList.toggle("wrong", Boolean(sentence));
    this.box.querySelector(".error")?.remove();
    if (!sentence) return;
    const note = Object.assign(document.createElement("span"), { className: "error", textContent: sentence });
    note.setAttribute("role", "alert");
    this.box.append(note);
  }

  get isTouched() { return this.input.value !== this.shown(); }
}

// One of many, found by typing: a part of the name, or of its pinyin or initials (the option's data-keys).
class Chooser extends Front {
  constructor(select) {
    super(select);
    // As wide as its longest option, as a list is; a Chinese character counts twice.
    const widths = [...select.options].map(({ text }) => text.trim().replace(/\P{ASCII}/gu, "xx").length);
    this.input.size = Math.max(8, Math.min(30, Math.max(...widths)));
    Chooser.count += 1;
    this.list = Object.assign(document.createElement("ul"), { className: "options", id: `options-${Chooser.count}` });
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("popover", "manual");
    this.box.append(this.list);
    const says = { autocomplete: "list", expanded: "false", controls: this.list.id };
    for (const [name, value] of Object.entries(says)) this.input.setAttribute(`aria-${name}`, value);
    this.input.setAttribute("role", "combobox");
    this.input.addEventListener("click", () => this.open(""));
    this.input.addEventListener("blur", () => this.leave());
    // The list keeps the focus where it is.
    this.list.addEventListener("mousedown", (event) => event.preventDefault());
    this.list.addEventListener("click", (event) => {
      event.preventDefault();
      event.stopPropagation();
      const item = event.target.closest("li[data-at]");
      if (item) this.take(Number(item.dataset.at));
    });
  }

  get isOpen() { return this.list.matches(":popover-open"); }

  shown() { return this.field.selectedOptions[0]?.text.trim() ?? ""; }

  typed() { this.open(this.input.value); }

  // Names that begin with what was typed come first, then those whose pinyin does, then all that contain it.
  matches(text) {
    const query = fold(text);
    const options = [...this.field.options].filter((option) => option.value || !query);
    if (!query) return options;
    const ranked = options.map((option) => {
      const name = fold(option.text);
      const keys = option.dataset.keys?.split(" ") ?? [];
      const starts = [name.startsWith(query), keys.some((key) => key.startsWith(query))].indexOf(true);
      const isFound = name.includes(query) || keys.some((key) => key.includes(query));
      return { option, rank: starts >= 0 ? starts : isFound ? 2 : 3 };
    });
    return [0, 1, 2].flatMap((wanted) => ranked.filter(({ rank }) => rank === wanted)).map(({ option }) => option);
  }

  open(text) {
    this.complain("");
    this.found = this.matches(text);
    const items = this.found.map((option) => option.text.trim());
    const sentence = this.field.dataset.new;
    if (sentence && text.trim() && !this.found.some((option) => fold(option.text) === fold(text))) {
      this.found.push(null);
      items.push(sentence.replace("%s", text.trim()));
    }
    this.list.replaceChildren(...items.map((label, at) => this.item(label, at)));
    if (!items.length) {
      const none = { className: "muted", textContent: texts.noOption };
      this.list.append(Object.assign(document.createElement("li"), none));
    }
    if (!this.isOpen) this.list.showPopover();
    this.input.setAttribute("aria-expanded", "true");
    this.place();
    this.mark(text.trim() ? 0 : this.found.findIndex((option) => option?.selected));
  }

  item(label, at) {
    const item = Object.assign(document.createElement("li"), { id: `${this.list.id}-${at}`, textContent: label });
    item.setAttribute("role", "option");
    item.dataset.at = at;
    return item;
  }

  place() {
    const { left, top, bottom, width } = this.input.getBoundingClientRect();
    const { style } = this.list;
    style.minWidth = `${width}px`;
    style.left = `${Math.max(8, Math.min(left, innerWidth - this.list.offsetWidth - 8))}px`;
    const isAbove = innerHeight - bottom < this.list.offsetHeight + 8 && top > innerHeight - bottom;
    style.top = isAbove ? `${top - this.list.offsetHeight - 4}px` : `${bottom + 4}px`;
  }

  mark(at) {
    this.at = at;
    for (const item of this.list.children) item.setAttribute("aria-selected", String(Number(item.dataset.at) === at));
    const item = at >= 0 ? this.list.children[at] : null;
    item?.scrollIntoView({ block: "nearest" });
    if (item?.id) this.input.setAttribute("aria-activedescendant", item.id);
    else this.input.removeAttribute("aria-activedescendant");
  }

  shut() {
    if (this.isOpen) this.list.hidePopover();
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }

  take(at) {
    const option = this.found[at];
    const name = this.input.value.trim();
    this.shut();
    if (option) return this.set(option.value);
    this.field.append(new Option(name, `new:${name}`));
    return this.set(`new:${name}`);
  }

  key(event) {
    if (isComposing(event)) return;
    const { key } = event;
    const isDown = key === "ArrowDown";
    if ((isDown || key === "ArrowUp") && (this.isOpen || event.altKey || !this.input.form?.roams)) {
      event.preventDefault();
      event.stopPropagation();
      if (!this.isOpen) this.open("");
      else if (this.found.length) this.mark((this.at + (isDown ? 1 : -1) + this.found.length) % this.found.length);
    } else if (key === "Escape" && this.isOpen) {
      event.stopPropagation();
      this.shut();
      this.show();
    } else if (key === "Enter" && !this.input.closest(".editor, .adder")) {
      // In a form of the page Enter takes the choice, and nothing is sent while the list is open.
      if (this.isOpen) event.preventDefault();
      this.settle();
    } else if (key === "Tab") this.settle();
  }

  // Take what is marked, or what the text names; false where it names nothing.
  settle() {
    if (this.isOpen && this.at >= 0 && this.at < this.found.length) this.take(this.at);
    this.shut();
    if (!this.isTouched) return true;
    if (!this.input.value.trim()) {
      const none = this.field.querySelector('option[value=""]');
      if (none) this.set("");
      else this.show();
      return true;
    }
    const found = this.matches(this.input.value);
    const exact = found.filter((option) => fold(option.text) === fold(this.input.value));
    if (exact.length === 1 || found.length === 1) this.set((exact[0] ?? found[0]).value);
    else this.complain(found.length ? texts.severalOptions : texts.noOption);
    return !this.isTouched;
  }

  // Who clicks elsewhere has chosen nothing by that, unless only one thing can be meant.
  leave() {
    this.shut();
    if (this.isTouched) this.settle();
  }
}
Chooser.count = 0;

// A date as people write it: 12/3, 3.12., 12月3日, 2026-12-03, +7 for in seven days. The button opens the calendar.
class Day extends Front {
  constructor(date) {
    super(date);
    this.input.placeholder = new Intl.DateTimeFormat(locale, { month: "numeric", day: "numeric" }).format(new Date());
    const button = Object.assign(document.createElement("button"), { type: "button", className: "icon", tabIndex: -1 });
    button.setAttribute("aria-label", texts.calendar);
    button.innerHTML = '<svg viewBox="0 0 24 24" aria-hidden="true"><use href="#icon-calendar"/></svg>';
    this.box.classList.add("day");
    this.box.append(button, date);
    date.setAttribute("aria-hidden", "true");
    date.hidden = false; // unseen by its stylesheet: the calendar opens where it lies
    button.addEventListener("click", () => date.showPicker());
    date.addEventListener("change", (event) => { this.show(); if (event.isTrusted) this.input.focus(); });
  }

  // Begin a range that ends with another: 12/3-12/20 typed here fills both.
  opens(end) {
    if (this.end) return;
    this.end = end;
    this.input.addEventListener("blur", () => this.settle());
  }

  shown() {
    if (!this.field.value) return "";
    return new Intl.DateTimeFormat(locale, { timeZone: "UTC" }).format(new Date(`${this.field.value}T00:00Z`));
  }

  typed() { this.complain(""); }

  key(event) {
    if (event.key !== "ArrowDown" || !event.altKey) return;
    event.preventDefault();
    this.field.showPicker();
  }

  settle() {
    if (!this.isTouched) return true;
    const text = this.input.value.trim();
    const plan = document.querySelector("[data-today]")?.dataset;
    const days = this.end && rangeOf(text, plan);
    if (days || (this.end && !text && !this.end.isTouched)) this.end.set(days ? days[1] : "");
    const day = days ? days[0] : text && dayOf(text, plan);
    if (day === null) this.complain(texts.noDay);
    else this.set(day);
    return day !== null;
  }
}

// In which order a date of numbers is written here: such as ["month", "day", "year"].
const order = new Intl.DateTimeFormat(locale).formatToParts(new Date()).map(({ type }) => type)
  .filter((type) => ["year", "month", "day"].includes(type));

// The date, as 2026-12-03, that a text means; null for none. Without a year it is the one that lies in the plan, else
// this year's.
export function dayOf(typed, { today, from = "", to = "" } = {}) {
  const text = typed.normalize("NFKC").trim();
  const ahead = /^\+(\d{1,3})$/.exec(text);
  if (ahead && today) return iso(new Date(Date.parse(today) + Number(ahead[1]) * 86400000));
  const compact = /^(\d{4})(\d{2})(\d{2})$/.exec(text);
  const numbers = compact ? compact.slice(1) : text.match(/\d+/g) ?? [];
  if (!/^[\d\s./\-年月日号,]+$/.test(text) || numbers.length < 2 || numbers.length > 3) return null;
  const isYearFirst = numbers[0].length === 4;
  const names = isYearFirst || /月/.test(text) ? ["year", "month", "day"] : order;
  const parts = names.filter((name) => numbers.length === 3 || name !== "year");
  const { year, month, day } = Object.fromEntries(parts.map((name, at) => [name, Number(numbers[at])]));
  const date = (ofYear) => valid(ofYear < 100 ? 2000 + ofYear : ofYear, month, day);
  if (year !== undefined) return date(year);
  const years = [Number(from.slice(0, 4)), Number(to.slice(0, 4)), Number(today?.slice(0, 4))].filter(Boolean);
  return years.map(date).find((found) => found && found >= from && found <= to) ?? date(Number(today?.slice(0, 4)));
}

// The two dates that a text means, 12/3-12/20 or 12月3日至20日; null for none. An end without a year lies behind the
// start.
export function rangeOf(typed, plan) {
  const text = typed.normalize("NFKC").trim();
  for (const { index, 0: dash } of text.matchAll(/\s*(?:[-–—~至到]|to)\s*/g)) {
    const [left, right] = [text.slice(0, index), text.slice(index + dash.length)];
    const start = dayOf(left, plan);
    const end = start && endOf(start, left, right, plan);
    if (end) return [start, end];
  }
  return null;
}

function endOf(start, left, right, plan) {
  const [year, month] = start.split("-").map(Number);
  const day = /^(\d{1,2})[日号.]?$/.exec(right);
  if (day) return left.includes("-") ? null : valid(year, month, Number(day[1])); // 12-3-26 is one date
  const end = dayOf(right, plan);
  return end && end < start && !/\d{4}/.test(right) ? valid(year + 1, ...end.split("-").slice(1).map(Number)) : end;
}

function valid(year, month, day) {
  const date = new Date(Date.UTC(year, month - 1, day));
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day ? iso(date) : null;
}

const iso = (date) => date.toISOString().slice(0, 10);
