// What axe reads of a page, cut into pieces, without the words: each part and each row of a list, in its place, with the
// bare frame of the parts within it. Axe says the same of the same piece in the same place, whatever is written there;
// what it compares from one end of the page to the other is told apart, whole.
// `painted`: with the colours and the letters, for what the contrast depends on.
painted => {
  const LISTS = new Set(["ul", "ol", "dl", "tbody", "select", "svg", "g"]);
  const PARTS = new Set(["header", "main", "footer", "nav", "aside", "section", "article", "form", "fieldset", "details", "table",
    "figure", "div", "p"]);
  const UNREAD = new Set(["action", "cx", "cy", "d", "datetime", "download", "height", "max", "maxlength", "min", "minlength",
    "name", "points", "r", "rx", "src", "step", "transform", "viewBox", "width", "x", "x1", "x2", "y", "y1", "y2"]);
  const WORDS = new Set(["alt", "aria-label", "placeholder", "summary", "title", "value"]);
  const NAMES = new Set(["for", "headers", "list", "aria-activedescendant", "aria-controls", "aria-describedby", "aria-details",
    "aria-errormessage", "aria-flowto", "aria-labelledby", "aria-owns"]);
  const STYLE = ["display", "visibility", "overflowX", "overflowY", ...(painted ? ["position", "color", "backgroundColor",
    "backgroundImage", "opacity", "fontSize", "fontWeight", "textDecorationLine", "textShadow", "borderBottomWidth"] : [])];
  const FOCUSED = "a[href], button, input, select, textarea, summary, [tabindex]";
  const pieces = new Set();

  // Axe does not measure the contrast of one character, nor of a sign.
  const kind = words => !words.trim() ? "" : /[\p{L}\p{N}].*[\p{L}\p{N}]/su.test(words) ? "words" : "sign";
  const leads = id => document.getElementById(id)?.localName ?? "nowhere";
  const said = ({ name, value }) => {
    if (name === "id") return "id";
    if (UNREAD.has(name) || name.startsWith("data-")) return "";
    if (name === "href") return value.startsWith("#") ? `href=${leads(value.slice(1))}` : "href";
    if (NAMES.has(name)) return `${name}=${value.split(/\s+/).map(leads)}`;
    return `${name}=${WORDS.has(name) ? kind(value) : value}`;
  };

  const itself = one => {
    const style = getComputedStyle(one);
    const isTold = style.overflowX !== "visible" || style.overflowY !== "visible";
    const isLong = one.scrollWidth > one.clientWidth || one.scrollHeight > one.clientHeight;
    return [one.localName, ...Array.from(one.attributes, said).filter(Boolean).sort(), ...STYLE.map(name => style[name]),
      isTold && isLong ? `scrolls to ${one.querySelector(FOCUSED)?.localName}` : "", one.getClientRects().length ? "" : "unseen",
      `${one.labels?.length ?? ""}`].join(" ");
  };

  const cut = (one, above) => {
    const self = itself(one), here = `${above}>${self}`, inside = [];
    for (const node of one.childNodes) {
      const line = node.nodeType === Node.ELEMENT_NODE ? cut(node, here) : node.nodeType === Node.TEXT_NODE ? kind(node.data) : "";
      if (line && line !== inside.at(-1)) inside.push(line);
    }
    const whole = `(${inside})`;
    if (LISTS.has(one.localName)) inside.forEach(line => pieces.add(`${here}(${line})`));
    else if (PARTS.has(one.localName)) pieces.add(here + whole);
    else return self + whole;
    return `${self}(${inside.length ? "…" : ""})`;
  };

  const all = selector => Array.from(document.querySelectorAll(selector));
  const twice = values => values.length - new Set(values).size;
  const titles = all("h1, h2, h3, h4, h5, h6, [role=heading]").map(one => one.localName);
  const landmarks = all(["main", "nav", "aside", "form", "section", ...["banner", "complementary", "contentinfo", "form", "main",
    "navigation", "region", "search"].map(role => `[role=${role}]`)].join()).map(one => [one.localName, one.role,
    one.ariaLabel, document.getElementById(one.getAttribute("aria-labelledby"))?.textContent.trim()].join("|"));
  const named = landmarks.filter(one => !/^(form|section)\|+$/.test(one));
  pieces.add(cut(document.documentElement, ""));
  titles.forEach((title, rank) => pieces.add(`${titles[rank - 1]} then ${title}`));
  pieces.add(["twice:", twice(all("[id]").map(one => one.id)), twice(named), twice(all("[accesskey]").map(one => one.accessKey)),
    "once:", all("main").length, all("h1").length, all("body > header").length, all("body > footer").length].join(" "));
  all("a img[alt], button img[alt]").forEach(one =>
    pieces.add(`picture ${one.alt !== "" && one.closest("a, button").textContent.trim() === one.alt.trim()}`));
  return Array.from(pieces);
}
