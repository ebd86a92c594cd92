// Draws the page's charts with plotly.js, which is fetched when the first of them is drawn. A chart's figure is in
// the page as JSON; its colours are names of the stylesheet's variables, so that it follows the reader's theme.
const sources = document.querySelector("script[data-rules]").dataset; // the addresses of plotly.js and of its rules
const NARROW = 560;
let library;

const plotly = () => (library ??= new Promise((loaded, failed) => {
  // Under this id plotly.js looks for its rules, which it may not write into the page.
  const rules = { rel: "stylesheet", href: sources.rules, id: "plotly.js-style-global", className: "no-inline-styles" };
  document.head.append(Object.assign(document.createElement("link"), rules));
  const script = { src: sources.script, onload: () => loaded(window.Plotly), onerror: failed };
  document.head.append(Object.assign(document.createElement("script"), script));
}));

// Only an element of the page resolves light-dark() to a colour.
function colours() {
  const probe = document.createElement("i");
  probe.hidden = true;
  document.body.append(probe);
  const resolve = (name) => {
    probe.style.color = `var(${name})`;
    return getComputedStyle(probe).color;
  };
  return { resolve, done: () => probe.remove() };
}

function paint(part, resolve) {
  if (typeof part === "string") return part.startsWith("--") ? resolve(part) : part;
  if (Array.isArray(part)) return part.map((item) => paint(item, resolve));
  if (!part || typeof part !== "object") return part;
  return Object.fromEntries(Object.entries(part).map(([key, value]) => [key, paint(value, resolve)]));
}

// On a phone there is room for few marks, and a waterfall's labels are above its bars.
function narrow({ data: [first], layout }) {
  const isWaterfall = first.type === "waterfall", axis = layout.xaxis;
  const step = Math.ceil(axis.tickvals.length / (isWaterfall ? 2 : 4));
  const isKept = (_mark, at) => (axis.tickvals.length - 1 - at) % step === 0;
  [axis.tickvals, axis.ticktext] = [axis.tickvals.filter(isKept), axis.ticktext.filter(isKept)];
  if (!isWaterfall) return;
  const [low, high] = axis.range;
  axis.range = [low - (high - low) * 0.2, high + (high - low) * 0.2];
  axis.tickangle = 0;
  layout.height += 20 * first.y.length;
  layout.waterfallgap = 0.55;
  layout.yaxis.showticklabels = false;
  const above = { xref: "paper", x: 0, xanchor: "left", yanchor: "bottom", yshift: 15, showarrow: false };
  layout.annotations = first.y.map((label) => ({ ...above, y: label, text: label }));
}

// The figure as it is drawn in the room that it has.
function figureOf(element) {
  const data = JSON.parse(document.getElementById(element.dataset.chart).textContent);
  if (element.clientWidth < NARROW) narrow(data);
  return data;
}

async function draw(figure) {
  const canvas = figure.querySelector(".canvas");
  const Plotly = await plotly().catch(() => null);
  if (!Plotly || !figure.isConnected) return;
  const { resolve, done } = colours();
  const family = getComputedStyle(document.body).fontFamily;
  const drawing = paint(figureOf(figure), resolve);
  done();
  drawing.layout.font.family = family;
  await Plotly.newPlot(canvas, drawing.data, drawing.layout, { displayModeBar: false, responsive: true });
  figure.dataset.drawn = "";
}

function begin(figure) {
  if ("begun" in figure.dataset) return;
  figure.dataset.begun = "";
  draw(figure);
}

const near = new IntersectionObserver((entries) => {
  for (const { isIntersecting, target } of entries) if (isIntersecting) begin(target);
});
// The others are drawn once somebody does something on the page, so that they are there in print; a visit that only
// looks at the table stays light, and one where data costs money.
const activity = ["pointermove", "pointerdown", "keydown", "scroll"];
const idle = window.requestIdleCallback ?? ((callback) => setTimeout(callback, 200));
const drawAll = () => {
  activity.forEach((type) => removeEventListener(type, drawAll));
  if (!navigator.connection?.saveData) idle(() => document.querySelectorAll("figure.chart").forEach(begin));
};
activity.forEach((type) => addEventListener(type, drawAll, { passive: true }));

function watch(root) {
  root.querySelectorAll("figure.chart:not([data-begun])").forEach((figure) => {
    // Nothing moves when it is drawn.
    figure.querySelector(".canvas").style.minHeight = `${figureOf(figure).layout.height}px`;
    near.observe(figure);
  });
}

document.addEventListener("DOMContentLoaded", () => watch(document));
document.addEventListener("htmx:afterSettle", () => watch(document));
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  document.querySelectorAll("figure.chart[data-drawn]").forEach(draw);
});
document.addEventListener("click", async (event) => {
  const button = event.target.closest("button[data-png]");
  if (!button) return;
  const canvas = button.closest("figure").querySelector(".canvas");
  const Plotly = await plotly();
  const size = { width: 1200, height: Math.max(480, canvas.offsetHeight) };
  await Plotly.downloadImage(canvas, { format: "png", filename: button.dataset.png, ...size });
});
