import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { expect, type Page } from "@playwright/test";
import { THEMES } from "./browser";

const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

type AxeResult = { violations: { id: string; help: string; nodes: { target: string[]; failureSummary?: string }[] }[] };

const EVERY_RULE = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
/** What a theme can change: it sets colours and nothing else. */
const COLOUR_RULES = { type: "rule", values: ["color-contrast", "link-in-text-block"] };

/** Fails with each accessibility violation that axe finds on the page as it stands; or only with those of its colours. */
export async function expectAccessible(page: Page, what: string, only?: "colours"): Promise<void> {
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(axeSource);
  const rules = only === "colours" ? COLOUR_RULES : EVERY_RULE;
  const result = await page.evaluate(async (runOnly) => {
    const { axe } = window as unknown as { axe: { run: (root: Document, options: object) => Promise<AxeResult> } };
    return axe.run(document, { resultTypes: ["violations"], preload: false, iframes: false, runOnly });
  }, rules);
  const found = result.violations.map(
    (violation) =>
      `${violation.id}: ${violation.help}\n${violation.nodes.map((node) => `    ${node.target.join(" ")} ${node.failureSummary ?? ""}`).join("\n")}`,
  );
  expect(found, what).toEqual([]);
}

/** Fails with each accessibility violation in either theme: every rule in the first, in the other those that a theme changes. */
export async function expectAccessibleInThemes(page: Page, what: string): Promise<void> {
  for (const [turn, theme] of THEMES.entries()) {
    await page.emulateMedia({ colorScheme: theme, reducedMotion: "reduce" });
    await expectAccessible(page, `${what} ${theme}`, turn === 0 ? undefined : "colours");
  }
}

/** Fails when the page, or any part that is not meant to, scrolls sideways. */
export async function expectNoSidewaysScroll(page: Page, what: string): Promise<void> {
  const wide = await page.evaluate(() => {
    const offenders: string[] = [];
    for (const element of [document.documentElement, ...document.querySelectorAll<HTMLElement>("body *")]) {
      if (element.scrollWidth <= element.clientWidth + 1 || element.clientWidth === 0) continue;
      const style = getComputedStyle(element);
      const clippedTable = style.overflowX === "clip" && element.querySelector(":scope > table");
      if (clippedTable || style.overflowX === "auto" || style.overflowX === "scroll" || element === document.documentElement) {
        if (element.closest('pre, [role="tablist"]')) continue;
        offenders.push(
          `${element.tagName.toLowerCase()}.${String(element.className).slice(0, 60)} ${element.scrollWidth} > ${element.clientWidth}`,
        );
      }
    }
    return offenders;
  });
  expect(wide, what).toEqual([]);
}
