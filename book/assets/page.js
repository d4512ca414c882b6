// Mends to what the theme and the widgets put on every page.

document.addEventListener("DOMContentLoaded", () => {
  // Widgets ask for mathematics the way MathJax 2 wanted it; we serve MathJax 3.
  if (window.MathJax?.typesetPromise) {
    MathJax.Hub = { Queue: ([, , element]) => MathJax.typesetPromise([element]) };
  }
});
