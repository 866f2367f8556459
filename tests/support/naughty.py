"""Strings that break careless sites, written for these tests. Each must come back as it was typed, or as `visible` says."""

HOSTILE = (
    "<script>alert('essai')</script>",
    '"><img src=x onerror=alert(1)>',
    "' OR 1=1; DROP TABLE contribution; --",
    "%' OR '%'='",
    "{{ 7 * 7 }}{% raw %}",
    "${jndi:ldap://exemple.invalid/a}",
    "javascript:alert(1)",
    "&lt;b&gt; &amp; &#x27;",
    "</textarea></title><h1>titre</h1>",
    "une ligne\nBcc: autre@exemple.invalid",
    "C:\\dossier\\fichier\\",
    "100 % _ __ %s %d %n {0} {}",
    "../../../../etc/passwd",
    "NULL None undefined NaN nil",
    "=1+1",
)
"""What a page, a query, a shell or a spreadsheet could take for an order."""

ODD = (
    "L’Haÿ-les-Roses — « œuvre » à Nuits-Saint-Georges, n° 5 ½ €",
    "Ελληνικά, кириллица, עברית, العربية, 漢字, ไทย",
    "👩🏽‍🚀 🏳️‍🌈 👨‍👩‍👧‍👦 🇫🇷",
    "Z̸̡̛a̵͖͝l̶̰̕g̷̤͑o̸͎̍",
    "𝒯𝑒𝓍𝓉𝑒 𝖘𝖕𝖊́𝖈𝖎𝖆𝖑 ﬁn ﬂot",
    "e\u0301te\u0301, d'abord décomposé",
    "espace\u00a0insécable et\u202ffine",
    "a" * 3000,
    " ",
    "0",
    "-1",
    "1e309",
    "٣٤٥",
)
"""What a person could type, or paste."""

INVISIBLE = (
    ("nul\x00ici", "nulici"),
    ("cloche\x07", "cloche"),
    ("sens\u202einverse", "sensinverse"),
    ("lar\u200bgeur nul\ufeffle", "largeur nulle"),
    ("cou\u00adpure", "coupure"),
    ("lignes\r\nde\rpartout\n", "lignes\nde\npartout\n"),
    ("moitié\ud83dde paire", "moitiéde paire"),
    ("e\x00\u0301", "é"),
)
"""What is typed, and what is kept of it."""
