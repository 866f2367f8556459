// Keeps « encore 10 jours » true while a page stays open: <time data-countdown datetime="deadline" data-now="server's instant">.
// Time runs from the server's instant given in the page, by the browser's stopwatch: a visitor's wrong clock changes nothing.

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const count = (n, unit) => `${n}\u00a0${unit}${n > 1 ? "s" : ""}`;

/** The words for what is left, in milliseconds: whole days, then whole hours, then minutes. */
export function remaining(left) {
  if (left <= 0) return "échéance passée";
  if (left >= 2 * DAY) return `encore ${count(Math.floor(left / DAY), "jour")}`;
  if (left >= 2 * HOUR) return `encore ${count(Math.floor(left / HOUR), "heure")}`;
  if (left >= MINUTE) return `encore ${count(Math.floor(left / MINUTE), "minute")}`;
  return "encore moins d’une minute";
}

function keep(element) {
  const deadline = Date.parse(element.dateTime);
  const start = Date.parse(element.dataset.now);
  if (Number.isNaN(deadline) || Number.isNaN(start)) return;
  const opened = performance.now();
  const tick = () => {
    const left = deadline - (start + performance.now() - opened);
    const words = remaining(left);
    // The server's own words stay until they are no longer true.
    if (element.dataset.words !== undefined && element.dataset.words !== words) element.textContent = words;
    element.dataset.words = words;
    if (left > 0) setTimeout(tick, Math.min(left + 50, left > 2 * HOUR ? 5 * MINUTE : 15_000));
  };
  tick();
}

document.querySelectorAll("time[data-countdown]").forEach(keep);
