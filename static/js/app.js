// What every page shares: whether script runs, popovers that close, and toasts.
document.documentElement.classList.add("js");

const popovers = () => document.querySelectorAll("details[open]:is(.switch, .me, .menu-more)");

document.addEventListener("click", (event) => {
  for (const each of popovers()) if (!each.contains(event.target)) each.open = false;
  if (event.target.matches("input[data-copy]")) event.target.select();
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const each of popovers()) {
    each.open = false;
    if (each.contains(document.activeElement)) each.querySelector("summary").focus();
  }
});
