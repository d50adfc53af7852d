/** What the edge passes in with the code: see `http/tag` in the edge. */
declare const __tw: import("./types.js").Boot;

/** Style sheets are bundled as text, minified. */
declare module "*.css" {
  const text: string;
  export default text;
}

interface Window {
  tagwerk?: unknown;
  dataLayer?: { push(entry: object): unknown };
  trustedTypes?: {
    createPolicy(
      name: string,
      rules: { createHTML(html: string): string },
    ): { createHTML(html: string): string };
  };
}
