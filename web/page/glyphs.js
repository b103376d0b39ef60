// The page's few icons, drawn as SVG strokes so that nothing is fetched from elsewhere.
const PATHS = {
  mic: '<rect x="9" y="3" width="6" height="11" rx="3"/><path d="M5 11a7 7 0 0 0 14 0M12 18v3"/>',
  'mic-off':
    '<path d="M9 6a3 3 0 0 1 6 0v5M15 14a3 3 0 0 1-6-2V9M5 11a7 7 0 0 0 11 5.5M19 11a7 7 0 0 1-.5 2.5M12 18v3M3 3l18 18"/>',
  camera: '<rect x="3" y="6" width="12" height="12" rx="2"/><path d="m15 10 6-3v10l-6-3"/>',
  'camera-off':
    '<path d="M10 6h3a2 2 0 0 1 2 2v3l6-4v10M15 15v1a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2V8a2 2 0 0 1 2-2M3 3l18 18"/>',
  screen: '<rect x="3" y="4" width="18" height="13" rx="2"/><path d="M8 21h8M12 14V8m-3 3 3-3 3 3"/>',
  leave: '<path d="M3 15c0-7 18-7 18 0l-5 1-1-3a12 12 0 0 0-6 0l-1 3z"/>',
};

/** Fills `element` with the icon called `name`. */
export function drawGlyph(element, name) {
  element.innerHTML = `<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round">${PATHS[name]}</svg>`;
}
