// Shows the description that the service gives of itself. Nothing is asked of anybody else: the badge of an outside validator is off.
window.SwaggerUIBundle({ url: "openapi.json", dom_id: "#description", deepLinking: true, validatorUrl: null });
