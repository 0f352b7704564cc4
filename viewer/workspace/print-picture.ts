import classes from './print-picture.module.css';

/** Prints a picture alone on a page; the browser's own dialog prints it or saves it as PDF. */
export async function printPicture(picture: HTMLCanvasElement): Promise<void> {
  const image = new Image();
  image.src = picture.toDataURL('image/png');
  image.alt = 'View to be printed';
  await image.decode();
  const sheet = document.createElement('div');
  sheet.className = classes.sheet ?? '';
  sheet.append(image);
  document.body.append(sheet);
  document.documentElement.dataset.printing = 'picture';
  const done = (): void => {
    sheet.remove();
    delete document.documentElement.dataset.printing;
  };
  window.addEventListener('afterprint', done, { once: true });
  window.print();
}
