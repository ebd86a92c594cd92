// A slider and the field beside it show the same number. While a result is on its way, the one shown cannot be taken:
// its form holds the values before.

document.addEventListener("input", ({ target }) => {
  if (!target.closest(".levers")) return;
  const { fills, slides } = target.dataset;
  if (fills) document.getElementById(fills).value = target.value;
  if (slides) slide(document.getElementById(slides), target.value);
  const taking = document.querySelector("[data-taking]");
  if (taking) taking.disabled = true;
});

// A number beyond the slider's end moves the end.
function slide(slider, text) {
  const value = Number(text);
  if (text === "" || Number.isNaN(value)) return;
  if (value > Number(slider.max)) slider.max = value;
  slider.value = value;
}
