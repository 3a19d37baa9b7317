// Shows the OpenAPI document of the API that this page belongs to, and tries operations against that same server.
(async () => {
  const here = document.currentScript?.dataset ?? document.getElementById("viewer").dataset;
  const answer = await fetch(here.document);
  const told = await answer.json();
  told.servers = [{ url: location.origin + here.prefix, description: "This server" }];
  SwaggerUIBundle({
    spec: told,
    dom_id: "#api",
    deepLinking: true,
    docExpansion: "none",
    defaultModelsExpandDepth: 0,
    displayRequestDuration: true,
    filter: true,
    persistAuthorization: false,
    tryItOutEnabled: true,
    validatorUrl: null,
    presets: [SwaggerUIBundle.presets.apis],
    layout: "BaseLayout",
  });
})();
