import type { Browser } from "playwright-core";

export interface Picture {
  readonly name: string;
  readonly png: Buffer;
}

/** Pictures side by side with their names: a state at a glance. */
export async function contactSheet(browser: Browser, pictures: readonly Picture[]): Promise<Buffer> {
  const page = await browser.newPage({ viewport: { width: 1_920, height: 400 } });
  try {
    const figures = pictures.map(
      ({ name, png }) =>
        `<figure><figcaption>${name}</figcaption><img src="data:image/png;base64,${png.toString("base64")}"></figure>`,
    );
    await page.setContent(`<style>
      body { margin: 8px; background: #888; display: flex; flex-wrap: wrap; gap: 8px; font: 12px sans-serif }
      figure { margin: 0 } img { display: block; height: 420px }
    </style>${figures.join("")}`);
    return await page.screenshot({ fullPage: true });
  } finally {
    await page.close();
  }
}
