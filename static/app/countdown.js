// Keeps « encore 10 jours » true while a page stays open:
//   <time data-countdown datetime="the deadline" data-now="the server's instant">encore 10 jours</time>
// Time runs from the server's instant given in the page, by the browser's stopwatch: a visitor's wrong clock changes nothing.

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** What is left, in milliseconds, in the words of the server (consult/web/words.py: remaining). */
export function remaining(left) {
  if (left >= 2 * DAY) return `${Math.floor(left / DAY)}\u00a0jours`;
  if (left >= 2 * HOUR) return `${Math.floor(left / HOUR)}\u00a0heures`;
  if (left >= 2 * MINUTE) return `${Math.floor(left / MINUTE)}\u00a0minutes`;
  return "moins de 2\u00a0minutes";
}

function keep(element) {
  const deadline = Date.parse(element.dateTime);
  const start = Date.parse(element.dataset.now);
  if (Number.isNaN(deadline) || Number.isNaN(start)) return;
  const opened = performance.now();
  const tick = () => {
    const left = deadline - (start + performance.now() - opened);
    const words = left > 0 ? `encore ${remaining(left)}` : "l’heure est passée";
    if (element.textContent !== words) element.textContent = words;
    if (left > 0) setTimeout(tick, Math.min(left + 50, left > 2 * HOUR ? 5 * MINUTE : 15_000));
  };
  tick();
}

document.querySelectorAll("time[data-countdown]").forEach(keep);
