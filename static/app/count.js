// Says how many characters are left under a text area: <p data-count-for="id of the area" data-max="2000">. Without this script the
// paragraph gives the maximum. The figure is shown at once and read aloud only when the person pauses.

const PAUSE = 1200;
const figures = new Intl.NumberFormat("fr-FR");

function follow(line) {
  const area = document.getElementById(line.dataset.countFor);
  const max = Number(line.dataset.max);
  if (!area || !max) return;
  const spoken = line.cloneNode(false);
  spoken.removeAttribute("id");
  spoken.className = "visually-hidden";
  spoken.setAttribute("role", "status");
  line.after(spoken);
  let timer;
  const update = () => {
    // As the server counts: a line end is one character, an emoji too.
    const left = max - Array.from(area.value).length;
    const n = Math.abs(left);
    const noun = `caractère${n > 1 ? "s" : ""}`;
    line.textContent = left < 0 ? `${figures.format(n)} ${noun} de trop` : `${figures.format(n)} ${noun} ${n > 1 ? "restants" : "restant"}`;
    line.classList.toggle("field-count-over", left < 0);
    clearTimeout(timer);
    timer = setTimeout(() => { spoken.textContent = line.textContent; }, PAUSE);
  };
  area.addEventListener("input", update);
  if (area.value) update();
}

document.querySelectorAll("[data-count-for]").forEach(follow);
