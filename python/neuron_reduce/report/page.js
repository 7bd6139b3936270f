"use strict";
(() => {
  const figures = document.getElementById("figures").textContent;
  const darkColours = JSON.parse(document.getElementById("dark").textContent);
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  // A touch screen shows the buttons all the time, and a narrow one has no room for them.
  const narrow = window.matchMedia("(max-width: 700px)");
  const config = () => ({
    displayModeBar: narrow.matches ? false : "hover",
    responsive: true,
    displaylogo: false,
    // Nothing leaves the file; and nothing comes of a selection.
    modeBarButtonsToRemove: ["sendChartToCloud", "select2d", "lasso2d"],
    scrollZoom: false,
    toImageButtonOptions: { format: "svg" },
  });

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

  // Without perspective a scene is two units high: scales the cells to fill the width or the
  // greatest height, upright or lying on their side, and makes the place as high as they need.
  function fit(name, layout, data) {
    if (!layout.scene) return;
    const place = document.getElementById(name);
    place.dataset.height ??= place.style.height;
    place.style.height = place.dataset.height;
    const entries = data.filter((trace) => trace.showlegend !== false).length;
    const legend = 16 + 24 * Math.ceil((entries * 105) / place.clientWidth);
    const [aside, above] = [64, 44]; // pixels for labels that reach beyond the cells
    const width = place.clientWidth - aside;
    const height = place.clientHeight - legend - above;
    const { x, y, z } = layout.scene.aspectratio;
    const upright = Math.min(width / x, height / y);
    const lying = Math.min(width / y, height / x);
    const pixels = Math.max(upright, lying);
    if (lying > upright) layout.scene.camera.up = { x: -1, y: 0, z: 0 };
    const needed = Math.ceil(pixels * (lying > upright ? x : y)) + above;
    place.style.height = `${needed + legend}px`;
    layout.margin.b = legend;
    const factor = (2 * pixels) / needed;
    layout.scene.aspectratio = { x: x * factor, y: y * factor, z: z * factor };
  }

  function draw() {
    const drawn = Object.entries(coloured()).map(([name, figure]) => {
      if (narrow.matches) figure.layout.margin.r = Math.min(figure.layout.margin.r, 16);
      fit(name, figure.layout, figure.data);
      return Plotly.react(name, figure.data, figure.layout, config());
    });
    return Promise.all(drawn).then(() =>
      Promise.all(Array.from(document.querySelectorAll("select[data-figure]"), showCase)),
    );
  }

  for (const select of document.querySelectorAll("select[data-figure]")) {
    select.addEventListener("change", () => showCase(select));
  }
  dark.addEventListener("change", draw);
  narrow.addEventListener("change", draw);
  draw().then(() => document.documentElement.setAttribute("data-drawn", ""));
})();
