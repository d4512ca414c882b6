// A vanilla recurrent language model that runs in the page: no server, no kernel.
//   h_t = tanh(x_t W_xh + h_{t-1} W_hh + b),  x_t one-hot      logits_t = h_t W_hy + b_y
// The weights come with the page as base64 of little-endian float32.

(() => {
  const floats = (base64) => {
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    return new Float32Array(bytes.buffer);
  };

  const step = (model, symbol, h) => {
    const { H, V, W_xh, W_hh, b, W_hy, b_y } = model;
    const a = Float32Array.from(b);
    for (let j = 0; j < H; j++) a[j] += W_xh[symbol * H + j]; // one-hot: pick a row
    for (let i = 0; i < H; i++) for (let j = 0; j < H; j++) a[j] += h[i] * W_hh[i * H + j];
    const next = a.map(Math.tanh);
    const logits = Float32Array.from(b_y);
    for (let i = 0; i < H; i++) for (let k = 0; k < V; k++) logits[k] += next[i] * W_hy[i * V + k];
    return [logits, next];
  };

  const draw = (logits, temperature) => {
    const top = Math.max(...logits);
    const weights = Array.from(logits, (l) => Math.exp((l - top) / temperature));
    let left = Math.random() * weights.reduce((sum, w) => sum + w, 0);
    return Math.max(0, weights.findIndex((w) => (left -= w) < 0));
  };

  const start = (form) => {
    const data = JSON.parse(form.querySelector("script").textContent);
    const model = { H: data.hidden_size, V: data.symbols.length };
    for (const name of ["W_xh", "W_hh", "b", "W_hy", "b_y"]) model[name] = floats(data[name]);
    const number = new Map(data.symbols.map((symbol, k) => [symbol, k]));
    const [prompt, temperature] = form.querySelectorAll("input");
    const [shown, text] = form.querySelectorAll("output");
    form.step = (symbol, h) => step(model, symbol, h); // so that a test can compare the numbers with torch

    const write = () => {
      let h = new Float32Array(model.H);
      let logits;
      const known = [...prompt.value].filter((character) => number.has(character));
      for (const character of known.length ? known : ["\n"]) [logits, h] = step(model, number.get(character), h);
      let written = known.join("");
      for (let n = 0; n < 300; n++) {
        const symbol = draw(logits, Number(temperature.value));
        written += data.symbols[symbol];
        [logits, h] = step(model, symbol, h);
      }
      text.textContent = written;
    };
    temperature.addEventListener("input", () => (shown.textContent = Number(temperature.value).toFixed(2)));
    temperature.addEventListener("change", write);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      write();
    });
    write();
  };

  for (const form of document.querySelectorAll("form.in-page-model:not([data-started])")) {
    form.dataset.started = "";
    start(form);
  }
})();
