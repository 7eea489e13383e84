// <time data-countdown datetime="2026-11-25T19:00:00Z">: shows the minutes and seconds left. At zero
// the element [data-countdown-over] inside the same parent is shown instead.

const tick = () => {
  for (const clock of document.querySelectorAll("time[data-countdown]")) {
    const left = Math.max(0, Math.floor((Date.parse(clock.dateTime) - Date.now()) / 1000));
    const minutes = Math.floor(left / 60);
    clock.textContent = `${minutes}:${String(left % 60).padStart(2, "0")}`;
    if (left > 0) continue;
    delete clock.dataset.countdown;
    const over = clock.parentElement.querySelector("[data-countdown-over]");
    if (over) over.hidden = false;
  }
};

tick();
window.setInterval(tick, 1000);
