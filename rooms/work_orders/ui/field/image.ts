// Photos as they are kept: not larger than anybody looks at, without the place and the maker that cameras write into them.

const LONGEST = 1600;
const QUALITY = 0.8;

/** The size a picture is drawn in: at most `LONGEST` at its longer side, never enlarged. */
export function scaled(width: number, height: number, longest = LONGEST): { width: number; height: number } {
  const factor = Math.min(1, longest / Math.max(width, height, 1));
  return { width: Math.max(1, Math.round(width * factor)), height: Math.max(1, Math.round(height * factor)) };
}

export function bytesOf(canvas: HTMLCanvasElement, mime: string, quality?: number): Promise<ArrayBuffer> {
  return new Promise((done, failed) => {
    canvas.toBlob((blob) => (blob ? void blob.arrayBuffer().then(done, failed) : failed(new Error("no picture"))), mime, quality);
  });
}

/** As JPEG; fails for what the browser cannot open. */
export async function shrunk(file: Blob): Promise<ArrayBuffer> {
  const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  try {
    const { width, height } = scaled(picture.width, picture.height);
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [width, height];
    const context = canvas.getContext("2d");
    if (!context) throw new Error("no canvas");
    // JPEG knows no transparency.
    context.fillStyle = "#ffffff";
    context.fillRect(0, 0, width, height);
    context.drawImage(picture, 0, 0, width, height);
    return await bytesOf(canvas, "image/jpeg", QUALITY);
  } finally {
    picture.close();
  }
}
