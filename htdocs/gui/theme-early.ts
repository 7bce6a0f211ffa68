/**
 * Built as theme.js, a script of its own that a page may have in its head: it shows the theme that was chosen in
 * this browser before anything is drawn. It imports nothing, as a script that blocks can be no module.
 */
try {
  const theme = localStorage.getItem("torrent-ws.theme");
  if (theme) document.documentElement.dataset.torrentWsTheme = theme;
} catch {
  // A browser that lets no page store anything.
}
