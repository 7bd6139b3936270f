"use strict";
(() => {
  const figures = document.getElementById("figures").textContent;
  const darkColours = JSON.parse(document.getElementById("dark").textContent);
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const config = {
    responsive: true,
    displaylogo: false,
    scrollZoom: false,
    toImageButtonOptions: { format: "svg" },
  };

  function coloured() {
    if (!dark.matches) return JSON.parse(figures);
    return JSON.parse(
      figures.replace(/#[0-9a-f]{6}/g, (colour) => darkColours[colour] || colour),
    );
  }

  function showCase(select) {
    const plot = document.getElementById(select.dataset.figure);
    const chosen = Number(select.value);
    const traces = [];
    const visible = [];
    plot.data.forEach((trace, index) => {
      if (trace.meta === undefined) return;
      traces.push(index);
      visible.push(trace.meta === chosen);
    });
    return Plotly.restyle(plot, { visible }, traces).then(() =>
      Plotly.relayout(plot, { "shapes[0].y0": 2 * chosen - 0.5, "shapes[0].y1": 2 * chosen + 1.5 }),
    );
  }

  // Without perspective a scene is two units high: what is in it is made to fill the place.
  function fit(name, layout) {
    if (!layout.scene) return;
    const { clientWidth, clientHeight } = document.getElementById(name);
    const { x, y, z } = layout.scene.aspectratio;
    const factor = Math.min(1.95 / y, (1.95 * clientWidth) / clientHeight / x);
    layout.scene.aspectratio = { x: x * factor, y: y * factor, z: z * factor };
  }

  function draw() {
    const drawn = Object.entries(coloured()).map(([name, figure]) => {
      fit(name, figure.layout);
      return Plotly.react(name, figure.data, figure.layout, config);
    });
    return Promise.all(drawn).then(() =>
      Promise.all(Array.from(document.querySelectorAll("select[data-figure]"), showCase)),
    );
  }

  for (const select of document.querySelectorAll("select[data-figure]")) {
    select.addEventListener("change", () => showCase(select));
  }
  dark.addEventListener("change", draw);
  draw().then(() => document.documentElement.setAttribute("data-drawn", ""));
})();
