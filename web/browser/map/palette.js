/** The colours of the map. One object per scheme, so that canvas and page agree in light and in dark. */

/** The page's font stack, for text on canvases. */
export const FONT = '-apple-system, "Segoe UI", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "Noto Sans SC", sans-serif';

const light = {
  paper: "#f5f4f0",
  halo: "rgba(255,255,255,0.9)",
  text: "#3b4046",
  clusterText: "#ffffff",
  alarm: "#c8322b",
  spent: "#8b9097",
  context: { area: "#e9ebe6", line: "#dcdcd8" },
  green: { G1: ["#cfe6c3", "#9cc48c"], G2: ["#d8e8d0", "#b3cda6"], G3: ["#e4ead6", "#c2cba6"], XG: ["#dfeed6", "#c0d8b2"] },
  greenText: "#3d6b35",
  river: ["#a9cfe8", "#86b5d6"],
  riverText: "#1f5078",
  alley: ["#ffffff", "#d3c7b4"],
  road: {
    1: ["#f2b36d", "#cf8a3c"],
    2: ["#f8d58c", "#d3a655"],
    3: ["#fcebbd", "#d2bd83"],
    4: ["#ffffff", "#c9c6bd"],
  },
  major: { "01": "#1f7a78", "02": "#2f62b5", "03": "#a4650f", "04": "#3a8a36", "05": "#8c4a3c", "06": "#5b6472", "21": "#5b6472" },
};

const dark = {
  paper: "#1b2024",
  halo: "rgba(20,24,28,0.85)",
  text: "#c9d0d6",
  clusterText: "#ffffff",
  alarm: "#f0645c",
  spent: "#7d858d",
  context: { area: "#22282d", line: "#2b3238" },
  green: { G1: ["#24392a", "#37573d"], G2: ["#223328", "#32483a"], G3: ["#2a3129", "#434d3c"], XG: ["#203026", "#2f4436"] },
  greenText: "#8fbf8a",
  river: ["#1f4560", "#2f6285"],
  riverText: "#84b8de",
  alley: ["#353c42", "#2a3035"],
  road: {
    1: ["#a8712f", "#6e4a20"],
    2: ["#86703a", "#574826"],
    3: ["#5d573f", "#403c2d"],
    4: ["#454c52", "#2e3439"],
  },
  major: { "01": "#2f9490", "02": "#5482d6", "03": "#c07f24", "04": "#529f4d", "05": "#b06a5a", "06": "#7f8996", "21": "#7f8996" },
};

export function palette(scheme) {
  return scheme === "dark" ? dark : light;
}
