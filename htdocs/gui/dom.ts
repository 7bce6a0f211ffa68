/**
 * What compiled components import instead of "solid-js/web": the same, with templates that a
 * Content-Security-Policy with `require-trusted-types-for 'script'` lets pass. Templates are string literals
 * of our own source, so the policy may take them as they are.
 */
export * from "solid-js/web";

interface TemplatePolicy {
  createHTML(html: string): string;
}

interface TrustedTypesWindow {
  trustedTypes?: {
    createPolicy(name: string, rules: TemplatePolicy): TemplatePolicy;
  };
}

const literal: TemplatePolicy = { createHTML: (html) => html };
const policy =
  (globalThis as TrustedTypesWindow).trustedTypes?.createPolicy("torrent-ws", literal) ?? literal;

/** Solid's template(), for HTML and SVG, without its support for MathML and custom elements. */
export function template(html: string, _importNode?: boolean, isSvg?: boolean): () => Node {
  let node: Node | null | undefined;
  const create = () => {
    const element = document.createElement("template");
    element.innerHTML = policy.createHTML(html);
    const first = element.content.firstChild;
    return isSvg ? first!.firstChild : first;
  };
  return () => (node ??= create())!.cloneNode(true);
}
