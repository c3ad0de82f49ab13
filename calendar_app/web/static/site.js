// Small comforts; every page works without them.

// An error summary takes focus, so that it is read first and the next Tab is its first link.
function focusSummary(root) {
  const summary = root.querySelector("[data-focus]");
  if (summary) summary.focus();
}

// A link to a group of choices goes to its first choice.
document.addEventListener("click", (event) => {
  const link = event.target.closest(".summary a");
  const target = link && document.getElementById(link.hash.slice(1));
  if (!target) return;
  event.preventDefault();
  (target.matches("fieldset") ? target.querySelector("input") || target : target).focus();
});

// Copies the field named by data-copy and says so beside the button.
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const field = document.getElementById(button.dataset.copy);
  field.select();
  try {
    await navigator.clipboard.writeText(field.value);
  } catch {
    document.execCommand("copy");
  }
  const said = document.getElementById(button.dataset.said);
  if (said) said.textContent = button.dataset.done;
});

for (const button of document.querySelectorAll("[data-copy]")) button.hidden = false;
focusSummary(document);
document.addEventListener("htmx:load", (event) => focusSummary(event.detail.elt));

// A quieter day becomes the date; the panel then looks again.
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-pick-date]");
  const field = button && document.getElementById("f-starts_on");
  if (!field) return;
  field.value = button.dataset.pickDate;
  field.dispatchEvent(new Event("change", { bubbles: true }));
  field.focus();
});

// An exhibition runs from … until: offered at once, while nothing else was chosen yet.
const kind = document.getElementById("f-kind");
kind?.addEventListener("change", () => {
  const period = document.querySelector("input[name=date_type][value=periodic]");
  const date = document.getElementById("f-starts_on");
  if (kind.value === "exhibition" && period && date && !date.value) period.checked = true;
});
