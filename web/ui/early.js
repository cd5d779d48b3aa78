// Before anything is drawn: the theme that was chosen here before, so that no page flashes in the other one.
try {
  const theme = localStorage.getItem('openline.theme')
  if (theme) document.documentElement.dataset.theme = theme
} catch { /* storage is switched off: the system's theme it is */ }
