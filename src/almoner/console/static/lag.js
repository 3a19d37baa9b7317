// The lag of the last two minutes as a chart that moves with the clock.
"use strict";

{
  const SPAN = 120;
  const figure = document.querySelector("[data-lag]");
  const box = figure.querySelector(".chart");
  const dark = matchMedia("(prefers-color-scheme: dark)");
  let plot = null;
  let until = Date.now() / 1000;
  let data = [[], [], []];

  const color = (name) => getComputedStyle(figure).getPropertyValue(name).trim();
  const size = () => ({ width: box.clientWidth, height: 150 });
  const duration = (ms) => (ms >= 1000 ? `${+(ms / 1000).toFixed(1)} s` : `${+ms.toFixed(1)} ms`);

  function line(label, name, fill) {
    const stroke = color(name);
    return { label, stroke, width: 1.5, fill, spanGaps: false, points: { show: true, size: 4, fill: stroke } };
  }

  function axis(more) {
    const grid = { stroke: color("--chart-grid"), width: 1 };
    return { stroke: color("--chart-text"), font: "11px system-ui", grid, ticks: { show: false }, ...more };
  }

  function draw() {
    if (plot) plot.destroy();
    const ago = (u, values) => values.map((at) => (until - at < 1 ? "now" : `-${Math.round(until - at)} s`));
    const options = {
      ...size(),
      cursor: { show: false },
      legend: { show: false },
      scales: {
        x: { range: () => [until - SPAN, until] },
        y: { range: (u, low, high) => [0, Math.max(high || 0, 10) * 1.15] },
      },
      axes: [
        axis({ values: ago, splits: () => [until - 120, until - 80, until - 40, until], size: 24 }),
        axis({ values: (u, values) => values.map(duration), size: 52, space: 32 }),
      ],
      series: [{}, line("99 %", "--chart-p99"), line("half", "--chart-p50")],
    };
    plot = new uPlot(options, data, box);
  }

  // A second without gifts is a gap, not a line drawn across it.
  function series(lag) {
    const at = [];
    const p99 = [];
    const p50 = [];
    lag.at.forEach((second, n) => {
      if (n && second - lag.at[n - 1] > 3) {
        at.push(second - 1);
        p99.push(null);
        p50.push(null);
      }
      at.push(second);
      p99.push(lag.p99[n]);
      p50.push(lag.p50[n]);
    });
    return [at, p99, p50];
  }

  async function update() {
    if (document.hidden) return;
    const headers = { Accept: "application/json", "X-CSRF-Token": token.content };
    const answer = await fetch(figure.dataset.lag, { headers }).catch(() => null);
    if (!answer || !answer.ok) return;
    const lag = await answer.json();
    until = lag.now;
    data = series(lag);
    plot.setData(data);
    for (const [name, word] of Object.entries(lag.words)) {
      const place = figure.querySelector(`[data-word=${name}]`);
      if (place.textContent !== word) place.textContent = word;
    }
  }

  async function run() {
    await update();
    setTimeout(run, 1000);
  }

  draw();
  run();
  dark.addEventListener("change", draw);
  new ResizeObserver(() => plot.setSize(size())).observe(box);
}
