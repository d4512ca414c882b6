// Multiple-choice questions: "Check" (or Enter) says whether the choice is right, and why.

for (const form of document.querySelectorAll("form.quiz")) {
  const inputs = [...form.querySelectorAll("input")];
  const feedback = form.querySelector("output");
  form.querySelector("details").hidden = true; // the answers wait there until they are asked for
  form.querySelector("button").hidden = false;

  const forget = () => {
    feedback.replaceChildren();
    inputs.forEach((input) => input.parentElement.classList.remove("right", "wrong"));
  };

  form.addEventListener("change", forget);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    forget();
    const chosen = inputs.filter((input) => input.checked);
    if (chosen.length === 0) {
      feedback.textContent = "Choose an answer first.";
      return;
    }
    const missed = inputs.filter((input) => input.dataset.right === "true" && !input.checked);
    const wrong = chosen.filter((input) => input.dataset.right === "false");
    const verdict = document.createElement("strong");
    verdict.textContent = wrong.length ? "Not quite." : missed.length ? "Right so far, but not all." : "Right!";
    feedback.append(verdict);
    for (const input of chosen) {
      input.parentElement.classList.add(input.dataset.right === "true" ? "right" : "wrong");
      const why = form.querySelector(`li[data-index="${input.value}"]`).cloneNode(true);
      why.querySelector(":scope > strong").remove();
      if (chosen.length === 1) why.querySelector(".quiz-said").remove();
      const block = document.createElement("div");
      block.append(...why.childNodes);
      feedback.append(block);
    }
  });
}
