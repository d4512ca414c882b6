// Mends to what the theme and the widgets put on every page.

document.addEventListener("DOMContentLoaded", () => {
  // Widgets ask for mathematics the way MathJax 2 wanted it; we serve MathJax 3.
  if (window.MathJax?.typesetPromise) {
    MathJax.Hub = { Queue: ([, , element]) => MathJax.typesetPromise([element]) };
  }
  // A list whose children are no list items is announced as an empty list.
  document.querySelectorAll(".citation-list[role=list]").forEach((list) => list.removeAttribute("role"));
});

window.addEventListener("load", () => {
  // What scrolls sideways can be scrolled with the keyboard only if it can be focused.
  for (const region of document.querySelectorAll(".bd-content :is(pre, figure, table, div.math, mjx-container)")) {
    if (region.scrollWidth > region.clientWidth && !region.hasAttribute("tabindex")) region.tabIndex = 0;
  }
});

// The widgets' sliders have a label that only eyes can connect with them; they appear some time after the page.
new MutationObserver(() => {
  for (const handle of document.querySelectorAll(".noUi-handle:not([aria-label])")) {
    const label = handle.closest(".widget-slider, .jupyter-widgets")?.querySelector("label");
    handle.setAttribute("aria-label", label?.textContent || "slider");
  }
}).observe(document.documentElement, { childList: true, subtree: true });
