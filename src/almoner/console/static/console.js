// What every page with live regions needs: no polling while nobody looks, the form token, and word of a lost server.
"use strict";

const token = document.querySelector("meta[name=csrf-token]");
const offline = document.getElementById("offline");

document.addEventListener("htmx:configRequest", (event) => {
  if (token) event.detail.headers["X-CSRF-Token"] = token.content;
});

document.addEventListener("htmx:beforeRequest", (event) => {
  if (document.hidden && event.detail.requestConfig.verb === "get") event.preventDefault();
});

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
