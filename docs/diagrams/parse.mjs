// parse.mjs FILE: FILE holds an array of Mermaid texts as JSON; prints what Mermaid takes each for, or its complaint.
import { readFileSync } from 'node:fs';
import { JSDOM } from 'jsdom';

// Mermaid cleans labels with the DOM of a browser.
const { window } = new JSDOM('');
globalThis.window = window;
globalThis.document = window.document;
const { default: mermaid } = await import('mermaid');

const verdicts = [];
for (const text of JSON.parse(readFileSync(process.argv[2], 'utf8'))) {
  try {
    verdicts.push((await mermaid.parse(text)).diagramType);
  } catch (error) {
    verdicts.push(String(error.message ?? error));
  }
}
process.stdout.write(JSON.stringify(verdicts));
