// @ts-check
/** Our own icons: lines on a field of 24 by 24. To add one, add its line here. */

const SVG = "http://www.w3.org/2000/svg";

const LINES = {
  access: "M12 3.5l7 2.5v5.5c0 4.5-3 7.5-7 9-4-1.5-7-4.5-7-9V6zM9 12l2.2 2.2L15.5 10",
  account: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8ZM4.5 20c1-4 4-5.5 7.5-5.5s6.5 1.5 7.5 5.5",
  ask: "M5 5h14a1.5 1.5 0 0 1 1.5 1.5v9A1.5 1.5 0 0 1 19 17h-7l-4.5 3.5V17H5a1.5 1.5 0 0 1-1.5-1.5v-9A1.5 1.5 0 0 1 5 5ZM8 9.5h8M8 12.8h5",
  back: "M19 12H5.5M11 6l-6 6 6 6",
  check: "M5 12.5l4.5 4.5L19 7.5",
  close: "M6 6l12 12M18 6L6 18",
  copy: "M9 9h10v11H9zM15 9V4H5v11h4",
  document: "M6.5 3.5h8l4 4v13h-12zM14 3.5V8h4.5M9.5 12.5h6M9.5 16h6",
  down: "M6 9.5l6 6 6-6",
  download: "M12 4v11M7 10.5l5 5 5-5M5 20h14",
  edit: "M4.5 19.5l1-4L16 5l3 3L8.5 18.5zM14 7l3 3",
  folder: "M3.5 6h6l2 2.500h9v10.500h-17z",
  globe: "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17ZM3.5 12h17M12 3.5c5 5 5 12 0 17M12 3.5c-5 5-5 12 0 17",
  hand: "M8 12V6.5a1.5 1.5 0 0 1 3 0V11V4.700a1.5 1.5 0 0 1 3 0V11V6a1.5 1.5 0 0 1 3 0v8.5c0 4-2.5 6-5.5 6-3.5 0-5-2-7.5-6.5-.8-1.5 1-2.8 2.200-1.5L8 14",
  history: "M4.8 9a7.8 7.8 0 1 1-.5 4.5M4.5 4.5V9H9M12 8v4.5l3 1.8",
  inbox: "M4 13.5L6.5 5h11L20 13.5V19H4zM4 13.5h5a3 3 0 0 0 6 0h5",
  info: "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17ZM12 11v5.5M12 7.5v.5",
  insight: "M4 20V4M4 20h16M8.5 16v-4M13 16V8M17.5 16v-6",
  jobs: "M12 3.5a8.5 8.5 0 1 0 8.5 8.5M12 7.5V12l3 2M16 4.5l.1.1M19.2 8l.1.1",
  key: "M12.5 11.5a4.5 4.5 0 1 0-9 0 4.5 4.5 0 0 0 9 0H21M18 11.5v4M21 11.5v3",
  library: "M5 4.5h3.5v15H5zM8.5 7H12v12.5H8.5M13.5 6.5l3.3-.9 3.5 13-3.3.9z",
  list: "M4 6h16M4 12h16M4 18h10",
  more: "M5 12h.01M12 12h.01M19 12h.01",
  open: "M13 4.5h6.5V11M19 5l-8.5 8.5M10 6H5v13h13v-5",
  out: "M14 4.5H5v15h9M10 12h10M16.5 8.5L20 12l-3.5 3.5",
  people: "M9 11.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7ZM2.5 19c.7-3.3 3.3-5 6.5-5s5.8 1.7 6.5 5M15.5 4.9a3.3 3.3 0 0 1 0 6.3M17.5 14.5c2.2.7 3.5 2.2 4 4.5",
  plus: "M12 5v14M5 12h14",
  quote: "M10 7c-3 .8-4.5 3-4.5 6v4H10v-5H7.5M18.5 7c-3 .8-4.5 3-4.5 6v4h4.5v-5H16",
  retry: "M19.5 12a7.5 7.5 0 1 1-2.200-5.300L19.5 9M19.5 4.5V9H15",
  search: "M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13ZM15.5 15.5L20 20",
  send: "M12 19V5.5M6 11.5l6-6 6 6",
  settings: "M4 7h9M17 7h3M4 17h3M11 17h9M15 5v4M9 15v4",
  stop: "M7 7h10v10H7z",
  "thumb-down": "M7.5 13.5V4.5H4.5v9zM7.5 13.5l4 7c1.5 0 2.5-1 2.5-2.5v-3.5h4.5c1 0 1.700-1 1.5-2l-1.200-6.5c-.2-.9-.9-1.5-1.8-1.5H7.5",
  "thumb-up": "M7.5 10.5v9H4.5v-9zM7.5 10.5l4-7c1.5 0 2.5 1 2.5 2.5v3.5h4.5c1 0 1.700 1 1.5 2l-1.200 6.5c-.2.9-.9 1.5-1.8 1.5H7.5",
  trash: "M5 7h14M10 4h4M7 7l1 13h8l1-13M10.5 11v5.5M13.5 11v5.5",
  upload: "M12 16V4.5M7 9l5-5 5 5M5 20h14",
  warn: "M12 4L3 19.5h18zM12 10v4.5M12 17v.3",
};

/** @typedef {keyof typeof LINES} Icon */

/** It says nothing that the words beside it, or the label of its button, do not say. @param {Icon} name */
export function icon(name) {
  const made = document.createElementNS(SVG, "svg");
  const attributes = { viewBox: "0 0 24 24", class: "icon", fill: "none", stroke: "currentColor", "aria-hidden": "true" };
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  for (const [key, value] of [["stroke-width", "1.75"], ["stroke-linecap", "round"], ["stroke-linejoin", "round"]]) {
    if (name === "more" && key === "stroke-width") made.setAttribute(key, "2.6");
    else made.setAttribute(key, value);
  }
  const line = document.createElementNS(SVG, "path");
  line.setAttribute("d", LINES[name]);
  made.append(line);
  return made;
}
