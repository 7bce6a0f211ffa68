// The GUI in a browser, with what opens above its list: menus and dialogs.

import { GuiPage } from './browser.mjs';

export class ActionsPage extends GuiPage {
  menu(name) {
    return this.page.getByRole('menu', { name, exact: true });
  }

  dialog(kind) {
    return this.page.locator(`[data-dialog="${kind}"]`);
  }

  selected() {
    return this.page.locator('[data-hash][aria-selected="true"]').count();
  }

  async select(...names) {
    await this.page.keyboard.press('Escape');
    for (const name of names) await this.row(name).click({ modifiers: ['Control'] });
    await this.page.waitForFunction(
      (count) => document.querySelectorAll('[data-hash][aria-selected="true"]').length === count,
      names.length,
    );
  }

  async openContextMenu(name) {
    await this.row(name).click({ button: 'right' });
    await this.focusIn('[role="menu"]');
    return this.menu('Selected torrents');
  }

  // Keys go to what has the focus, and a menu takes it a moment after it shows.
  focusIn(selector) {
    return this.page.waitForFunction((within) => document.activeElement?.closest(within) !== null, selector);
  }

  // Keys go to the page below only when no dialog is open.
  async escape(locator) {
    await this.page.keyboard.press('Escape');
    await locator.waitFor({ state: 'detached' });
  }

  focused(selector) {
    return this.page.waitForFunction((wanted) => document.activeElement.matches(wanted), selector);
  }
}
