// Mends to what the theme and the widgets put on every page.

document.addEventListener("DOMContentLoaded", () => {
  // Widgets ask for mathematics the way MathJax 2 wanted it; we serve MathJax 3.
  if (window.MathJax?.typesetPromise) {
    MathJax.Hub = { Queue: ([, , element]) => MathJax.typesetPromise([element]) };
  }
});

window.addEventListener("load", () => {
  // What scrolls sideways can be scrolled with the keyboard only if it can be focused.
  for (const region of document.querySelectorAll(".bd-content :is(pre, figure, table, div.math)")) {
    if (region.scrollWidth > region.clientWidth && !region.hasAttribute("tabindex")) region.tabIndex = 0;
  }
});
