// Suggests collectivités as one types:
//   <div class="picker"><input type="search" name="q" data-collectivites="address of the suggestions"></div> in a GET form.
// The combobox of the WAI-ARIA practices, list kept by hand: arrows move, Enter picks or sends what was typed, Escape closes.
// Picking sends the form with the `siren` beside `q`. Without this script the form searches, and lists what it found.

const PAUSE = 120;
let count = 0;

function enhance(input) {
  const id = `suggestions-${++count}`;
  const list = document.createElement("ul");
  list.id = id;
  list.className = "suggestions";
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Collectivités proposées");
  const spoken = document.createElement("p");
  spoken.className = "visually-hidden";
  spoken.setAttribute("role", "status");
  input.after(list, spoken);
  for (const [name, value] of Object.entries({
    role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": id,
  })) input.setAttribute(name, value);

  const known = new Map();
  let active = -1;
  let timer;
  let asking;

  const isOpen = () => !list.hidden;

  function close() {
    list.hidden = true;
    active = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }

  function activate(index) {
    const options = list.querySelectorAll("[role=option]");
    options[active]?.setAttribute("aria-selected", "false");
    active = index < -1 ? options.length - 1 : index >= options.length ? -1 : index;
    const option = options[active];
    if (!option) return input.removeAttribute("aria-activedescendant");
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", option.id);
  }

  function pick(option) {
    input.value = option.dataset.name;
    const siren = document.createElement("input");
    siren.type = "hidden";
    siren.name = "siren";
    siren.value = option.dataset.siren;
    input.form.append(siren);
    close();
    input.form.requestSubmit();
    siren.remove(); // what was sent is sent: coming back, the form searches again
  }

  function show({ found, hasMore }) {
    close();
    list.replaceChildren(...found.map((one, index) => {
      const option = document.createElement("li");
      option.id = `${id}-${index}`;
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", "false");
      option.dataset.siren = one.siren;
      option.dataset.name = one.name;
      const what = document.createElement("span");
      what.className = "suggestion-what";
      what.textContent = one.what;
      option.append(one.name, " ", what);
      return option;
    }));
    const n = found.length;
    const refine = `Les ${n} premiers résultats : ajoutez un mot, le département ou le code postal.`;
    if (hasMore) {
      const last = document.createElement("li");
      last.setAttribute("role", "presentation");
      last.className = "suggestions-more";
      last.textContent = refine;
      list.append(last);
    }
    const said = n ? `${n} proposition${n > 1 ? "s" : ""} : flèches pour choisir.` : "Aucune proposition.";
    spoken.textContent = hasMore ? `${said} ${refine}` : said;
    list.hidden = n === 0;
    input.setAttribute("aria-expanded", String(n > 0));
  }

  async function ask() {
    const typed = input.value.trim();
    asking?.abort();
    if (!typed) return close();
    if (!known.has(typed)) {
      asking = new AbortController();
      try {
        const address = `${input.dataset.collectivites}?${new URLSearchParams({ q: typed })}`;
        const answer = await fetch(address, { signal: asking.signal, headers: { Accept: "application/json" } });
        if (!answer.ok) return close();
        known.set(typed, { found: await answer.json(), hasMore: answer.headers.has("Link") });
      } catch {
        return undefined; // another question was asked meanwhile, or the network is away: the form still searches
      }
    }
    if (input.value.trim() === typed && document.activeElement === input) show(known.get(typed));
    return undefined;
  }

  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE);
  });

  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!isOpen()) ask();
      else activate(active + (event.key === "ArrowDown" ? 1 : -1));
    } else if (event.key === "Enter" && isOpen() && active >= 0) {
      event.preventDefault();
      pick(list.children[active]);
    } else if (event.key === "Escape" && isOpen()) {
      event.preventDefault(); // the browser would also empty the field
      close();
    }
  });

  input.addEventListener("blur", () => { clearTimeout(timer); close(); });
  list.addEventListener("mousedown", (event) => event.preventDefault()); // the field keeps the focus
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) pick(option);
  });
  input.form.addEventListener("submit", () => { clearTimeout(timer); asking?.abort(); close(); });
}

document.querySelectorAll("input[data-collectivites]").forEach(enhance);
