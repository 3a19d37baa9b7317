// What every page with live regions needs: no polling while nobody looks, the form token, and word of a lost server.
"use strict";

const token = document.querySelector("meta[name=csrf-token]");
const offline = document.getElementById("offline");

document.addEventListener("htmx:configRequest", (event) => {
  if (token) event.detail.headers["X-CSRF-Token"] = token.content;
});

document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.detail.requestConfig.verb !== "get") return;
  if (document.hidden || isTypedIn(event.detail.elt)) event.preventDefault();
});

// A region in which somebody has typed waits until that is sent: new content would wipe it.
function isTypedIn(region) {
  return [...region.querySelectorAll("input[type=text]")].some((field) => field.value !== field.defaultValue);
}

document.addEventListener("visibilitychange", () => {
  if (!document.hidden) document.body.dispatchEvent(new Event("almoner:wake"));
});

// A change that the server refused is no outage: the form's own page says why.
document.addEventListener("htmx:responseError", (event) => {
  if (event.detail.requestConfig.verb === "post") event.detail.elt.submit();
});

document.addEventListener("htmx:afterRequest", (event) => {
  if (offline) offline.hidden = event.detail.xhr.status > 0 && event.detail.xhr.status < 500;
});

// A second click sends no second form; who stopped the first may press again.
const SECOND_CLICK_MS = 3000;
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || form.hasAttribute("hx-post")) return;
  if (Date.now() - Number(form.dataset.sentAt || 0) < SECOND_CLICK_MS) event.preventDefault();
  else form.dataset.sentAt = String(Date.now());
});

// What a button did is said once: loading the page again, or coming back to it, repeats no old news.
const address = new URL(location.href);
if (address.searchParams.has("said")) {
  address.searchParams.delete("said");
  history.replaceState(null, "", address);
}
