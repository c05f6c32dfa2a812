// Everything works without this file: it adds the reader's own time, and copies on a click.
"use strict";
const words = document.currentScript.dataset;
for (const time of document.querySelectorAll("time[data-end]")) {
  const start = new Date(time.dateTime), end = new Date(time.dataset.end);
  if (isNaN(start) || isNaN(end)) continue;
  try {
    const year = start.getFullYear() === new Date().getFullYear() ? undefined : "numeric";
    const form = new Intl.DateTimeFormat(document.documentElement.lang, {
      weekday: "long", year, month: "long", day: "numeric", hour: "numeric", minute: "2-digit", timeZoneName: "short"
    });
    const line = document.createElement("div");
    line.className = "yours";
    const zone = time => form.formatToParts(time).find(part => part.type === "timeZoneName").value;
    // A range names one zone, which would be wrong for a start before the clocks change.
    const text = !form.formatRange || zone(start) !== zone(end)
      ? form.format(start) + " \u2013 " + form.format(end) : form.formatRange(start, end);
    line.textContent = words.yourTime.replace("{time}", () => text);
    time.closest("p, div").before(line);
  } catch (error) { /* an old browser shows the organiser's times alone */ }
}
for (const field of document.querySelectorAll("input[readonly], textarea[readonly]")) {
  field.addEventListener("focus", () => field.select());
  if (!navigator.clipboard) continue;
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = words.copy;
  button.addEventListener("click", async () => {
    try { await navigator.clipboard.writeText(field.value); button.textContent = words.copied; }
    catch (error) { field.focus(); field.select(); }
  });
  field.after(button);
}
