<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN" sourcelanguage="en">
  <context>
    <name>AddRule</name>
    <message>
      <source>Add a rule</source>
      <translation>添加规则</translation>
    </message>
    <message>
      <source>&amp;Add and try again</source>
      <translation>添加并重试(&amp;A)</translation>
    </message>
    <message>
      <source>Cancel</source>
      <translation>取消</translation>
    </message>
    <message>
      <source>After rewriting, these elements still say something about the patient. Choose what the profile does to each of them from now on.</source>
      <translation>改写之后，这些元素仍含有患者的信息。请选择方案今后如何处理每个元素。</translation>
    </message>
    <message>
      <source>Element</source>
      <translation>元素</translation>
    </message>
    <message>
      <source>Found</source>
      <translation>发现的内容</translation>
    </message>
    <message>
      <source>Files</source>
      <translation>文件数</translation>
    </message>
    <message>
      <source>Rule</source>
      <translation>规则</translation>
    </message>
    <message>
      <source>There is no rule that keeps them: what leaves is searched, and the files would be held again.</source>
      <translation>没有保留它们的规则：发出的内容都会被搜索，文件会再次被扣留。</translation>
    </message>
    <message numerus="yes">
      <source>%Ln file(s) are held for other reasons, which no rule changes.</source>
      <translation>
        <numerusform>另有 %Ln 个文件因其他原因被扣留，规则无法改变。</numerusform>
      </translation>
    </message>
    <message>
      <source>Rule for {element}</source>
      <translation>{element} 的规则</translation>
    </message>
    <message>
      <source>No rule possible</source>
      <translation>无法设规则</translation>
    </message>
    <message>
      <source>{profile} is built in and stays as it is. A profile file that starts from it gets the rules:</source>
      <translation>{profile} 是内置方案，保持不变。规则写入以它为基础的配置文件：</translation>
    </message>
    <message>
      <source>&amp;Name</source>
      <translation>名称(&amp;N)</translation>
    </message>
    <message>
      <source>The profile file gets the rules:</source>
      <translation>规则写入配置文件：</translation>
    </message>
    <message>
      <source>Profile file</source>
      <translation>配置文件</translation>
    </message>
    <message numerus="yes">
      <source>%Ln held upload(s) of this job continue with it.</source>
      <translation>
        <numerusform>此任务中被扣留的 %Ln 个上传将按它继续。</numerusform>
      </translation>
    </message>
    <message>
      <source>For later uploads, choose it beside the destination.</source>
      <translation>以后的上传，请在目的地旁选择它。</translation>
    </message>
    <message>
      <source>Everything else in it stays. Later uploads with it follow the rules; others that were begun do so when you try them again.</source>
      <translation>其中的其他内容保持不变。以后使用它的上传都遵循这些规则；已开始的其他上传在重试时遵循。</translation>
    </message>
    <message>
      <source>A name has letters, digits, spaces, - and _; at most 64.</source>
      <translation>名称由字母、汉字、数字、空格、- 和 _ 组成，最多 64 个字符。</translation>
    </message>
    <message>
      <source>New: {path}</source>
      <translation>新建：{path}</translation>
    </message>
    <message>
      <source>Exists, and gets these rules, too: {path}</source>
      <translation>已存在，也会写入这些规则：{path}</translation>
    </message>
    <message>
      <source>Another profile has this name. Choose another one.</source>
      <translation>已有其他方案使用此名称。请另选一个。</translation>
    </message>
  </context>
  <context>
    <name>AddingRule</name>
    <message>
      <source>The held uploads continue by {profile}</source>
      <translation>被扣留的上传按 {profile} 继续</translation>
    </message>
    <message>
      <source>For later uploads, choose this profile beside the destination.</source>
      <translation>以后的上传，请在目的地旁选择此方案。</translation>
    </message>
  </context>
  <context>
    <name>AddressRows</name>
    <message>
      <source>{name} (optional)</source>
      <translation>{name}（可选）</translation>
    </message>
    <message>
      <source>Choose a folder</source>
      <translation>选择文件夹</translation>
    </message>
    <message>
      <source>Browse: {what}</source>
      <translation>浏览：{what}</translation>
    </message>
    <message>
      <source>&amp;Browse…</source>
      <translation>浏览(&amp;B)…</translation>
    </message>
  </context>
  <context>
    <name>AlertSettings</name>
    <message>
      <source>unchanged</source>
      <translation>未更改</translation>
    </message>
    <message>
      <source>Sending…</source>
      <translation>正在发送…</translation>
    </message>
    <message>
      <source>The server accepted the test alert.</source>
      <translation>服务器已接收测试通知。</translation>
    </message>
    <message>
      <source>This is not a web address.</source>
      <translation>这不是网址。</translation>
    </message>
    <message>
      <source>Only https:// is allowed; http:// only to this computer, if ticked.</source>
      <translation>只允许 https://；勾选后才允许用 http:// 发到本机。</translation>
    </message>
    <message>
      <source>Alerts are not sent to this address.</source>
      <translation>不向此地址发送通知。</translation>
    </message>
    <message>
      <source>The address must not contain a user name or password.</source>
      <translation>地址中不得包含用户名和密码。</translation>
    </message>
    <message>
      <source>This address is on this computer. To allow it, tick the box below.</source>
      <translation>该地址是本机。如要允许，请勾选下方的选项。</translation>
    </message>
    <message>
      <source>This address is in your own network. To allow it, tick the box below.</source>
      <translation>该地址在内部网络中。如要允许，请勾选下方的选项。</translation>
    </message>
    <message>
      <source>There is no server with this name.</source>
      <translation>找不到该名称的服务器。</translation>
    </message>
    <message>
      <source>The server did not answer in time.</source>
      <translation>服务器没有及时应答。</translation>
    </message>
    <message>
      <source>The server redirects to another address. Enter that one instead.</source>
      <translation>服务器重定向到另一个地址。请改填那个地址。</translation>
    </message>
    <message>
      <source>The alert could not be sent: {reason}.</source>
      <translation>无法发送通知：{reason}。</translation>
    </message>
    <message>
      <source>Signing &amp;secret</source>
      <translation>签名密钥(&amp;S)</translation>
    </message>
    <message>
      <source>Send a &amp;test alert</source>
      <translation>发送测试通知(&amp;T)</translation>
    </message>
  </context>
  <context>
    <name>CatalogModel</name>
    <message>
      <source>Patient, study, series</source>
      <translation>患者、检查、序列</translation>
    </message>
    <message>
      <source>Modality</source>
      <translation>模态</translation>
    </message>
    <message>
      <source>Date</source>
      <translation>日期</translation>
    </message>
    <message>
      <source>Images</source>
      <translation>图像</translation>
    </message>
    <message>
      <source>Size</source>
      <translation>大小</translation>
    </message>
    <message numerus="yes">
      <source>%Ln warning(s)</source>
      <translation>
        <numerusform>%Ln 条警告</numerusform>
      </translation>
    </message>
    <message>
      <source>Study without a description</source>
      <translation>无描述的检查</translation>
    </message>
    <message>
      <source>Series without a description</source>
      <translation>无描述的序列</translation>
    </message>
    <message>
      <source>No name</source>
      <translation>无姓名</translation>
    </message>
  </context>
  <context>
    <name>CatalogTools</name>
    <message>
      <source>Add</source>
      <translation>添加</translation>
    </message>
    <message>
      <source>Folder…</source>
      <translation>文件夹…</translation>
    </message>
    <message>
      <source>Files…</source>
      <translation>文件…</translation>
    </message>
    <message>
      <source>Remove</source>
      <translation>移除</translation>
    </message>
    <message>
      <source>Remove the selection from this list; the files stay where they are</source>
      <translation>从列表中移除所选内容；文件本身不受影响</translation>
    </message>
    <message>
      <source>Clear list</source>
      <translation>清空列表</translation>
    </message>
    <message>
      <source>Filter by name, ID, description, date…</source>
      <translation>按姓名、ID、描述、日期筛选…</translation>
    </message>
    <message>
      <source>Filter</source>
      <translation>筛选</translation>
    </message>
  </context>
  <context>
    <name>CatalogView</name>
    <message>
      <source>This study is synthetic</source>
      <translation>这是合成的检查</translation>
    </message>
    <message>
      <source>Press Send: it goes to Practice, which stays on this computer, and is packed, verified and received like a real one.</source>
      <translation>按“发送”：它会发送到本机上的“练习”目的地，并像真实检查一样打包、校验和接收。</translation>
    </message>
    <message>
      <source>Remove from this list</source>
      <translation>从列表中移除</translation>
    </message>
    <message>
      <source>Patients, studies and series</source>
      <translation>患者、检查和序列</translation>
    </message>
  </context>
  <context>
    <name>Certifying</name>
    <message>
      <source>Certificate</source>
      <translation>凭证</translation>
    </message>
    <message>
      <source>Page (*.html)</source>
      <translation>网页 (*.html)</translation>
    </message>
    <message>
      <source>Show in folder</source>
      <translation>在文件夹中显示</translation>
    </message>
    <message>
      <source>{path} is signed. Pass on {signature}, which is beside it, too.</source>
      <translation>{path} 已签名。转交时请一并附上同一文件夹中的 {signature}。</translation>
    </message>
    <message>
      <source>The certificate was written</source>
      <translation>凭证已保存</translation>
    </message>
    <message>
      <source>{path} is not signed: the settings name no key.</source>
      <translation>{path} 未签名：设置中没有指定密钥。</translation>
    </message>
  </context>
  <context>
    <name>Closing</name>
    <message>
      <source>Gantry keeps sending</source>
      <translation>Gantry 继续发送</translation>
    </message>
    <message>
      <source>Open or quit it with its icon here.</source>
      <translation>可通过此处的图标重新打开或退出。</translation>
    </message>
    <message>
      <source>Quit Gantry?</source>
      <translation>退出 Gantry？</translation>
    </message>
    <message>
      <source>Gantry is still sending. Quit anyway?</source>
      <translation>Gantry 仍在发送。确定退出吗？</translation>
    </message>
    <message>
      <source>Nothing is lost: what has arrived stays, and the rest can continue at the next start.</source>
      <translation>不会丢失任何数据：已送达的保持不变，其余的可在下次启动时继续。</translation>
    </message>
    <message>
      <source>Stop and quit</source>
      <translation>停止并退出</translation>
    </message>
    <message>
      <source>Keep sending</source>
      <translation>继续发送</translation>
    </message>
    <message>
      <source>sending</source>
      <translation>正在发送</translation>
    </message>
    <message numerus="yes">
      <source>%Ln upload(s) did not arrive, or not for certain</source>
      <translation>
        <numerusform>%Ln 个上传未送达或无法确认</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%Ln upload(s) arrived. Open Gantry to see what can be done.</source>
      <translation>
        <numerusform>%Ln 个上传包已送达。打开 Gantry 查看如何处理。</numerusform>
      </translation>
    </message>
    <message>
      <source>The server accepted everything</source>
      <translation>服务器已全部接收</translation>
    </message>
    <message numerus="yes">
      <source>%Ln upload(s) accepted, not proved. Open Gantry to see the answers.</source>
      <translation>
        <numerusform>%Ln 个上传已接收，但未经证实。打开 Gantry 查看服务器的答复。</numerusform>
      </translation>
    </message>
    <message>
      <source>Everything has arrived</source>
      <translation>已全部送达</translation>
    </message>
    <message numerus="yes">
      <source>%Ln upload(s) delivered and confirmed.</source>
      <translation>
        <numerusform>%Ln 个上传包已送达并得到确认。</numerusform>
      </translation>
    </message>
  </context>
  <context>
    <name>CredentialsPrompt</name>
    <message>
      <source>Sign in</source>
      <translation>登录</translation>
    </message>
    <message>
      <source>User and password</source>
      <translation>用户和密码</translation>
    </message>
    <message>
      <source>Token</source>
      <translation>令牌</translation>
    </message>
    <message>
      <source>&amp;Keep in this computer's credential store</source>
      <translation>保存到本机的凭据库(&amp;K)</translation>
    </message>
    <message>
      <source>&amp;Method</source>
      <translation>方式(&amp;M)</translation>
    </message>
    <message>
      <source>&amp;User</source>
      <translation>用户(&amp;U)</translation>
    </message>
    <message>
      <source>&amp;Password</source>
      <translation>密码(&amp;P)</translation>
    </message>
    <message>
      <source>&amp;Token</source>
      <translation>令牌(&amp;T)</translation>
    </message>
    <message>
      <source>Sign-in method</source>
      <translation>登录方式</translation>
    </message>
    <message>
      <source>User</source>
      <translation>用户</translation>
    </message>
    <message>
      <source>Password</source>
      <translation>密码</translation>
    </message>
    <message>
      <source>&amp;Sign in</source>
      <translation>登录(&amp;S)</translation>
    </message>
    <message>
      <source>Sign in at {name}</source>
      <translation>登录 {name}</translation>
    </message>
    <message>
      <source>This computer has no credential store: asked each time</source>
      <translation>本机没有凭据库，每次都会询问</translation>
    </message>
  </context>
  <context>
    <name>DestinationEditor</name>
    <message>
      <source>Edit destination</source>
      <translation>编辑目的地</translation>
    </message>
    <message>
      <source>Add a destination</source>
      <translation>添加目的地</translation>
    </message>
    <message>
      <source>https://server/upload, \\server\share, …</source>
      <translation>https://server/upload、\\server\share…</translation>
    </message>
    <message>
      <source>&amp;Save</source>
      <translation>保存(&amp;S)</translation>
    </message>
    <message>
      <source>&amp;Paste an address</source>
      <translation>粘贴地址(&amp;P)</translation>
    </message>
    <message>
      <source>Paste an address</source>
      <translation>粘贴地址</translation>
    </message>
    <message>
      <source>&amp;Name</source>
      <translation>名称(&amp;N)</translation>
    </message>
    <message>
      <source>Name</source>
      <translation>名称</translation>
    </message>
    <message>
      <source>&amp;Kind</source>
      <translation>类型(&amp;K)</translation>
    </message>
    <message>
      <source>Kind</source>
      <translation>类型</translation>
    </message>
    <message>
      <source>Over http, anyone on the way can read the secret.</source>
      <translation>使用 http 时，传输途中任何人都能读取密码。</translation>
    </message>
    <message>
      <source>Signed in</source>
      <translation>已登录</translation>
    </message>
    <message>
      <source>Something is still missing.</source>
      <translation>还有内容未填写。</translation>
    </message>
    <message>
      <source>A destination with this name already exists.</source>
      <translation>已有同名的目的地。</translation>
    </message>
    <message>
      <source>No sign-in</source>
      <translation>无需登录</translation>
    </message>
    <message>
      <source>User and password</source>
      <translation>用户和密码</translation>
    </message>
    <message>
      <source>Token</source>
      <translation>令牌</translation>
    </message>
    <message>
      <source>Send the secret over &amp;unprotected http</source>
      <translation>通过未加密的 http 发送密码(&amp;U)</translation>
    </message>
    <message>
      <source>S&amp;ign-in</source>
      <translation>登录(&amp;I)</translation>
    </message>
    <message>
      <source>Sign-in</source>
      <translation>登录</translation>
    </message>
    <message>
      <source>&amp;User</source>
      <translation>用户(&amp;U)</translation>
    </message>
    <message>
      <source>User</source>
      <translation>用户</translation>
    </message>
    <message>
      <source>Pass&amp;word</source>
      <translation>密码(&amp;W)</translation>
    </message>
    <message>
      <source>Password</source>
      <translation>密码</translation>
    </message>
    <message>
      <source>T&amp;oken</source>
      <translation>令牌(&amp;O)</translation>
    </message>
    <message>
      <source>&amp;Header for the token</source>
      <translation>令牌的请求头(&amp;H)</translation>
    </message>
    <message>
      <source>Header for the token</source>
      <translation>令牌的请求头</translation>
    </message>
    <message>
      <source>Si&amp;gn in…</source>
      <translation>登录(&amp;G)…</translation>
    </message>
    <message>
      <source>unchanged</source>
      <translation>未更改</translation>
    </message>
  </context>
  <context>
    <name>DestinationSettings</name>
    <message>
      <source>Delete destination</source>
      <translation>删除目的地</translation>
    </message>
    <message>
      <source>Delete {name}?</source>
      <translation>删除 {name}？</translation>
    </message>
    <message>
      <source>Its password is deleted, too. What was sent stays in the history.</source>
      <translation>其密码也会被删除。已发送的内容仍保留在历史记录中。</translation>
    </message>
    <message>
      <source>&amp;Delete</source>
      <translation>删除(&amp;D)</translation>
    </message>
    <message>
      <source>&amp;Keep</source>
      <translation>保留(&amp;K)</translation>
    </message>
    <message>
      <source>No sign-in</source>
      <translation>无需登录</translation>
    </message>
    <message>
      <source>Signs in as {user}</source>
      <translation>以 {user} 登录</translation>
    </message>
    <message>
      <source>Signs in with a token</source>
      <translation>用令牌登录</translation>
    </message>
    <message>
      <source>Stores uploads in its own folder on this computer. Nothing leaves the computer.</source>
      <translation>把上传内容存入本机上 Gantry 自己的文件夹。数据不会离开本机。</translation>
    </message>
    <message>
      <source>Destinations</source>
      <translation>目的地</translation>
    </message>
    <message>
      <source>Where studies can be sent. The system stores the secrets.</source>
      <translation>检查可以发送到的目的地。密码由系统保管。</translation>
    </message>
    <message>
      <source>&amp;Add…</source>
      <translation>添加(&amp;A)…</translation>
    </message>
    <message>
      <source>&amp;Edit…</source>
      <translation>编辑(&amp;E)…</translation>
    </message>
    <message>
      <source>&amp;Test connection</source>
      <translation>测试连接(&amp;T)</translation>
    </message>
    <message>
      <source>&amp;Delete…</source>
      <translation>删除(&amp;D)…</translation>
    </message>
  </context>
  <context>
    <name>DeviceSignIn</name>
    <message>
      <source>Sign in</source>
      <translation>登录</translation>
    </message>
    <message>
      <source>Code</source>
      <translation>代码</translation>
    </message>
    <message>
      <source>Address</source>
      <translation>地址</translation>
    </message>
    <message>
      <source>&amp;Copy code</source>
      <translation>复制代码(&amp;C)</translation>
    </message>
    <message>
      <source>Copy &amp;address</source>
      <translation>复制地址(&amp;A)</translation>
    </message>
    <message>
      <source>&amp;Open in browser</source>
      <translation>在浏览器中打开(&amp;O)</translation>
    </message>
    <message>
      <source>Waiting for the sign-in</source>
      <translation>正在等待登录</translation>
    </message>
    <message>
      <source>&amp;Try again</source>
      <translation>重试(&amp;T)</translation>
    </message>
    <message>
      <source>Sign in at {name}</source>
      <translation>登录 {name}</translation>
    </message>
    <message>
      <source>Asking the server for a code…</source>
      <translation>正在向服务器获取代码…</translation>
    </message>
    <message>
      <source>Open this address in a browser, on this or any other device, and enter the code. This window then continues by itself.</source>
      <translation>在本机或任何其他设备的浏览器中打开此地址并输入代码。本窗口会自动继续。</translation>
    </message>
  </context>
  <context>
    <name>EmptyView</name>
    <message>
      <source>Drop DICOM folders here</source>
      <translation>将 DICOM 文件夹拖到这里</translation>
    </message>
    <message>
      <source>Folders, files or ZIP archives. Nothing leaves this computer until you press Send.</source>
      <translation>文件夹、文件或 ZIP 压缩包均可。按“发送”之前，数据不会离开本机。</translation>
    </message>
    <message>
      <source>Choose folder…</source>
      <translation>选择文件夹…</translation>
    </message>
    <message>
      <source>Choose files…</source>
      <translation>选择文件…</translation>
    </message>
    <message>
      <source>Try it with sample data</source>
      <translation>用示例数据试一试</translation>
    </message>
  </context>
  <context>
    <name>ErrorDetails</name>
    <message>
      <source>What went wrong</source>
      <translation>出了什么问题</translation>
    </message>
    <message>
      <source>Affected:</source>
      <translation>受影响的内容：</translation>
    </message>
    <message>
      <source>&amp;Technical details for your administrator:</source>
      <translation>供管理员使用的技术细节(&amp;T)：</translation>
    </message>
    <message>
      <source>Technical details</source>
      <translation>技术细节</translation>
    </message>
    <message>
      <source>C&amp;opy details</source>
      <translation>复制细节(&amp;O)</translation>
    </message>
  </context>
  <context>
    <name>HeldFiles</name>
    <message>
      <source>The masks are saved</source>
      <translation>遮盖已保存</translation>
    </message>
    <message>
      <source>They apply to the held upload when you try it again.</source>
      <translation>重试被扣留的上传时，将使用这些遮盖。</translation>
    </message>
    <message>
      <source>&amp;Try again</source>
      <translation>重试(&amp;T)</translation>
    </message>
  </context>
  <context>
    <name>HistoryColumns</name>
    <message>
      <source>No name</source>
      <translation>无姓名</translation>
    </message>
    <message>
      <source>Study without a description</source>
      <translation>无描述的检查</translation>
    </message>
    <message>
      <source>The destination accepted it; that it was stored is not proved</source>
      <translation>目的地已接收；是否已存储未经证实</translation>
    </message>
    <message>
      <source>State</source>
      <translation>状态</translation>
    </message>
    <message>
      <source>Sent on</source>
      <translation>发送时间</translation>
    </message>
    <message>
      <source>Patient</source>
      <translation>患者</translation>
    </message>
    <message>
      <source>Study</source>
      <translation>检查</translation>
    </message>
    <message>
      <source>Destination</source>
      <translation>目的地</translation>
    </message>
    <message>
      <source>De-identified</source>
      <translation>去标识化</translation>
    </message>
    <message>
      <source>Size</source>
      <translation>大小</translation>
    </message>
    <message>
      <source>De-identified: {profile}</source>
      <translation>去标识化：{profile}</translation>
    </message>
  </context>
  <context>
    <name>HistoryCommands</name>
    <message>
      <source>Asking {name}…</source>
      <translation>正在询问 {name}…</translation>
    </message>
    <message>
      <source>The stored archive was read back completely.</source>
      <translation>已完整回读所存储的归档。</translation>
    </message>
    <message>
      <source>The destination can't tell whether it still holds this.</source>
      <translation>目的地无法确定是否仍保存着它。</translation>
    </message>
    <message>
      <source>{name} confirms that it holds this.</source>
      <translation>{name} 确认仍保存着它。</translation>
    </message>
    <message>
      <source>{name} lists every image of it, but does not let their content be compared.</source>
      <translation>{name} 列出了其中的每一幅图像，但无法比较其内容。</translation>
    </message>
    <message>
      <source>{name} does not hold this as it was sent: {outcome}.</source>
      <translation>{name} 中保存的内容与发送时不一致：{outcome}。</translation>
    </message>
    <message>
      <source>The file list is no longer kept</source>
      <translation>文件列表已过保留期</translation>
    </message>
    <message>
      <source>{n} of the chosen entries are too old: drop their folders on the Send page.</source>
      <translation>所选条目中有 {n} 条过旧：请把它们的文件夹拖到“发送”页。</translation>
    </message>
    <message>
      <source>Exported</source>
      <translation>已导出</translation>
    </message>
    <message>
      <source>{n} entries were written to {path}.</source>
      <translation>已把 {n} 条记录写入 {path}。</translation>
    </message>
    <message>
      <source>Show in folder</source>
      <translation>在文件夹中显示</translation>
    </message>
    <message>
      <source>The report was written</source>
      <translation>报告已写入</translation>
    </message>
    <message>
      <source>{path} is for your own records; the JSON file beside it holds no patient data.</source>
      <translation>{path} 供您自己存档；旁边的 JSON 文件不含患者数据。</translation>
    </message>
  </context>
  <context>
    <name>HistoryFilter</name>
    <message>
      <source>All destinations</source>
      <translation>所有目的地</translation>
    </message>
    <message>
      <source>Search description, UID or destination</source>
      <translation>搜索描述、UID 或目的地</translation>
    </message>
    <message>
      <source>Search</source>
      <translation>搜索</translation>
    </message>
    <message>
      <source>Exact patient ID</source>
      <translation>患者 ID（完全匹配）</translation>
    </message>
    <message>
      <source>State</source>
      <translation>状态</translation>
    </message>
    <message>
      <source>Destination</source>
      <translation>目的地</translation>
    </message>
    <message>
      <source>De-identified</source>
      <translation>去标识化</translation>
    </message>
    <message>
      <source>Period</source>
      <translation>时间段</translation>
    </message>
    <message>
      <source>From</source>
      <translation>从</translation>
    </message>
    <message>
      <source>Until</source>
      <translation>到</translation>
    </message>
    <message>
      <source>&amp;Clear</source>
      <translation>清除(&amp;C)</translation>
    </message>
    <message>
      <source>Show everything</source>
      <translation>显示全部</translation>
    </message>
    <message>
      <source>All states</source>
      <translation>所有状态</translation>
    </message>
    <message>
      <source>Delivered</source>
      <translation>已送达</translation>
    </message>
    <message>
      <source>Accepted, not proved</source>
      <translation>已接收，未证实</translation>
    </message>
    <message>
      <source>Incomplete</source>
      <translation>不完整</translation>
    </message>
    <message>
      <source>Unclear</source>
      <translation>不明确</translation>
    </message>
    <message>
      <source>Held</source>
      <translation>已扣留</translation>
    </message>
    <message>
      <source>Failed</source>
      <translation>失败</translation>
    </message>
    <message>
      <source>Cancelled</source>
      <translation>已取消</translation>
    </message>
    <message>
      <source>Unfinished</source>
      <translation>未完成</translation>
    </message>
    <message>
      <source>All uploads</source>
      <translation>所有上传</translation>
    </message>
    <message>
      <source>As it is</source>
      <translation>原样发送</translation>
    </message>
    <message>
      <source>Any time</source>
      <translation>任何时间</translation>
    </message>
    <message>
      <source>Today</source>
      <translation>今天</translation>
    </message>
    <message>
      <source>Last 7 days</source>
      <translation>最近 7 天</translation>
    </message>
    <message>
      <source>Last 30 days</source>
      <translation>最近 30 天</translation>
    </message>
    <message>
      <source>Last year</source>
      <translation>最近一年</translation>
    </message>
    <message>
      <source>Between…</source>
      <translation>自定义…</translation>
    </message>
  </context>
  <context>
    <name>HistoryModel</name>
    <message>
      <source>Click to sort</source>
      <translation>点击排序</translation>
    </message>
  </context>
  <context>
    <name>HistoryPage</name>
    <message>
      <source>{n} entries</source>
      <translation>{n} 条</translation>
    </message>
    <message>
      <source>{n} entry</source>
      <translation>{n} 条</translation>
    </message>
    <message>
      <source>more than {n} entries</source>
      <translation>超过 {n} 条</translation>
    </message>
    <message>
      <source>Export as CSV</source>
      <translation>导出为 CSV</translation>
    </message>
    <message>
      <source>CSV table (*.csv)</source>
      <translation>CSV 表格 (*.csv)</translation>
    </message>
    <message>
      <source>De-identification report</source>
      <translation>去标识化报告</translation>
    </message>
    <message>
      <source>Page (*.html)</source>
      <translation>网页 (*.html)</translation>
    </message>
    <message>
      <source>Send a&amp;gain</source>
      <translation>重新发送(&amp;G)</translation>
    </message>
    <message>
      <source>Send again &amp;to</source>
      <translation>重新发送到(&amp;T)</translation>
    </message>
    <message>
      <source>Retry &amp;failed only</source>
      <translation>仅重试失败项(&amp;F)</translation>
    </message>
    <message>
      <source>&amp;Verify again</source>
      <translation>重新校验(&amp;V)</translation>
    </message>
    <message>
      <source>Show in f&amp;older</source>
      <translation>在文件夹中显示(&amp;O)</translation>
    </message>
    <message>
      <source>Certific&amp;ate…</source>
      <translation>凭证(&amp;A)…</translation>
    </message>
    <message>
      <source>History</source>
      <translation>历史</translation>
    </message>
    <message>
      <source>&amp;Export CSV…</source>
      <translation>导出 CSV(&amp;E)…</translation>
    </message>
    <message>
      <source>What was sent</source>
      <translation>已发送的内容</translation>
    </message>
    <message>
      <source>Nothing has been sent yet</source>
      <translation>尚未发送任何内容</translation>
    </message>
    <message>
      <source>Every study you send is listed here permanently, with the server's receipt.</source>
      <translation>您发送的每个检查都会永久列在这里，并附有服务器的收据。</translation>
    </message>
    <message>
      <source>Go to &amp;Send</source>
      <translation>前往发送(&amp;S)</translation>
    </message>
    <message>
      <source>Nothing found</source>
      <translation>没有找到结果</translation>
    </message>
    <message>
      <source>No entry matches this search.</source>
      <translation>没有符合搜索的条目。</translation>
    </message>
    <message>
      <source>Show &amp;everything</source>
      <translation>显示全部(&amp;E)</translation>
    </message>
  </context>
  <context>
    <name>Holding</name>
    <message>
      <source>The held file is gone</source>
      <translation>被扣留的文件已不在</translation>
    </message>
    <message>
      <source>{path} was moved or deleted, or its disk is not connected. Bring it back and try again, or cancel the upload.</source>
      <translation>{path} 已被移动或删除，或者其磁盘未连接。请将其放回后重试，或取消该上传。</translation>
    </message>
  </context>
  <context>
    <name>IntakePage</name>
    <message>
      <source>Choose a folder with DICOM files</source>
      <translation>选择含有 DICOM 文件的文件夹</translation>
    </message>
    <message>
      <source>Choose DICOM files or ZIP archives</source>
      <translation>选择 DICOM 文件或 ZIP 压缩包</translation>
    </message>
  </context>
  <context>
    <name>LateFiles</name>
    <message numerus="yes">
      <source>%Ln file(s) arrived after packing began</source>
      <translation>
        <numerusform>有 %Ln 个文件在打包开始后才出现</numerusform>
      </translation>
    </message>
    <message>
      <source>They were added to the dropped folders after these had been read, and were not sent.</source>
      <translation>这些文件是在读取完毕之后才加入所拖入的文件夹的，没有发送。</translation>
    </message>
    <message>
      <source>List only these</source>
      <translation>只列出这些文件</translation>
    </message>
  </context>
  <context>
    <name>LeavingModel</name>
    <message>
      <source>Element</source>
      <translation>元素</translation>
    </message>
    <message>
      <source>In the file</source>
      <translation>文件中</translation>
    </message>
    <message>
      <source>What leaves</source>
      <translation>送出的内容</translation>
    </message>
    <message>
      <source>What happens</source>
      <translation>如何处理</translation>
    </message>
    <message numerus="yes">
      <source>%Ln item(s)</source>
      <translation>
        <numerusform>%Ln 项</numerusform>
      </translation>
    </message>
    <message>
      <source>Leaves, may identify</source>
      <translation>送出，可识别患者</translation>
    </message>
    <message>
      <source>Leaves</source>
      <translation>送出</translation>
    </message>
  </context>
  <context>
    <name>LeavingView</name>
    <message>
      <source>How it leaves</source>
      <translation>送出方式</translation>
    </message>
    <message>
      <source>Search</source>
      <translation>搜索</translation>
    </message>
    <message>
      <source>Search in what leaves</source>
      <translation>搜索送出的内容</translation>
    </message>
    <message>
      <source>What leaves</source>
      <translation>送出的内容</translation>
    </message>
    <message>
      <source>Copy</source>
      <translation>复制</translation>
    </message>
    <message>
      <source>As it is</source>
      <translation>原样发送</translation>
    </message>
    <message>
      <source>A profile file that can’t be used</source>
      <translation>无法使用的配置文件</translation>
    </message>
    <message>
      <source>De-identified: {profile} (a profile file)</source>
      <translation>去标识化：{profile}（配置文件）</translation>
    </message>
    <message>
      <source>De-identified: {profile}</source>
      <translation>去标识化：{profile}</translation>
    </message>
    <message>
      <source>Only what identifies</source>
      <translation>仅可识别患者的</translation>
    </message>
    <message>
      <source>Only changes</source>
      <translation>仅更改的</translation>
    </message>
    <message>
      <source>This file can’t be compared now.</source>
      <translation>现在无法比较此文件。</translation>
    </message>
    <message>
      <source>This file is too large to be compared here.</source>
      <translation>此文件太大，无法在此比较。</translation>
    </message>
    <message>
      <source>It is treated like the others when it is sent.</source>
      <translation>发送时，它与其他文件的处理方式相同。</translation>
    </message>
    <message>
      <source>This file leaves unchanged.</source>
      <translation>此文件将原样送出。</translation>
    </message>
    <message>
      <source>The recipient sees these values.</source>
      <translation>接收方可以看到这些值。</translation>
    </message>
    <message>
      <source>This file would be held: nothing of it leaves.</source>
      <translation>此文件会被保留：不会送出任何内容。</translation>
    </message>
    <message>
      <source>{count} of {all} elements may identify the patient.</source>
      <translation>{all} 个元素中有 {count} 个可能识别患者。</translation>
    </message>
    <message>
      <source>{count} of {all} elements change.</source>
      <translation>{all} 个元素中有 {count} 个会更改。</translation>
    </message>
    <message>
      <source>Some values were too short to be searched for.</source>
      <translation>有些值太短，无法搜索。</translation>
    </message>
    <message>
      <source>New identifiers and dates are examples: their key is made when you send for the first time.</source>
      <translation>新的标识和日期为示例：密钥在首次发送时生成。</translation>
    </message>
    <message>
      <source>This file has more elements than are shown here.</source>
      <translation>此文件的元素多于此处所显示的。</translation>
    </message>
  </context>
  <context>
    <name>LockedZips</name>
    <message>
      <source>Password of the ZIP</source>
      <translation>ZIP 密码</translation>
    </message>
    <message>
      <source>Password of {name}:</source>
      <translation>{name} 的密码：</translation>
    </message>
    <message>
      <source>Open</source>
      <translation>打开</translation>
    </message>
    <message>
      <source>Cancel</source>
      <translation>取消</translation>
    </message>
    <message numerus="yes">
      <source>%Ln ZIP(s) need a password</source>
      <translation>
        <numerusform>%Ln 个 ZIP 需要密码</numerusform>
      </translation>
    </message>
    <message>
      <source>“{name}” needs a password</source>
      <translation>“{name}”需要密码</translation>
    </message>
    <message>
      <source>This password does not open it. Try another one.</source>
      <translation>此密码无法打开它。请尝试其他密码。</translation>
    </message>
    <message>
      <source>Its images are not in the list until you enter the password.</source>
      <translation>输入密码之前，其中的图像不会出现在列表中。</translation>
    </message>
    <message>
      <source>Enter the password…</source>
      <translation>输入密码…</translation>
    </message>
  </context>
  <context>
    <name>LogColumns</name>
    <message>
      <source>Debug</source>
      <translation>调试</translation>
    </message>
    <message>
      <source>Info</source>
      <translation>信息</translation>
    </message>
    <message>
      <source>Warning</source>
      <translation>警告</translation>
    </message>
    <message>
      <source>Error</source>
      <translation>错误</translation>
    </message>
    <message>
      <source>Critical</source>
      <translation>严重</translation>
    </message>
    <message>
      <source>Time</source>
      <translation>时间</translation>
    </message>
    <message>
      <source>Level</source>
      <translation>级别</translation>
    </message>
    <message>
      <source>Event</source>
      <translation>事件</translation>
    </message>
    <message>
      <source>Message</source>
      <translation>消息</translation>
    </message>
    <message>
      <source>Details</source>
      <translation>详情</translation>
    </message>
  </context>
  <context>
    <name>LogFilterRow</name>
    <message>
      <source>Search text</source>
      <translation>搜索文字</translation>
    </message>
    <message>
      <source>Job ID</source>
      <translation>任务 ID</translation>
    </message>
    <message>
      <source>Event</source>
      <translation>事件</translation>
    </message>
    <message>
      <source>All events</source>
      <translation>所有事件</translation>
    </message>
    <message>
      <source>Level</source>
      <translation>级别</translation>
    </message>
    <message>
      <source>All levels</source>
      <translation>所有级别</translation>
    </message>
    <message>
      <source>Info and above</source>
      <translation>信息及以上</translation>
    </message>
    <message>
      <source>Warnings and above</source>
      <translation>警告及以上</translation>
    </message>
    <message>
      <source>Errors only</source>
      <translation>仅错误</translation>
    </message>
  </context>
  <context>
    <name>LogPage</name>
    <message>
      <source>Save support bundle</source>
      <translation>保存支持包</translation>
    </message>
    <message>
      <source>ZIP file (*.zip)</source>
      <translation>ZIP 文件 (*.zip)</translation>
    </message>
    <message>
      <source>Support bundle saved</source>
      <translation>支持包已保存</translation>
    </message>
    <message>
      <source>{path} contains logs, versions and settings, but no patient data and no passwords.</source>
      <translation>{path} 包含日志、版本和设置，不含患者数据和密码。</translation>
    </message>
    <message>
      <source>Show in folder</source>
      <translation>在文件夹中显示</translation>
    </message>
    <message>
      <source>No matching lines</source>
      <translation>没有符合的行</translation>
    </message>
    <message>
      <source>The log is empty</source>
      <translation>日志为空</translation>
    </message>
    <message>
      <source>Nothing in the log passes this filter.</source>
      <translation>没有符合筛选条件的日志。</translation>
    </message>
    <message>
      <source>Show &amp;everything</source>
      <translation>显示全部(&amp;E)</translation>
    </message>
    <message>
      <source>{n} of {total} lines, still searching…</source>
      <translation>{n} / {total} 行，仍在搜索…</translation>
    </message>
    <message>
      <source>{n} lines</source>
      <translation>{n} 行</translation>
    </message>
    <message>
      <source>{n} of {total} lines</source>
      <translation>{n} / {total} 行</translation>
    </message>
    <message>
      <source>Log</source>
      <translation>日志</translation>
    </message>
    <message>
      <source>&amp;Follow</source>
      <translation>跟踪最新(&amp;F)</translation>
    </message>
    <message>
      <source>Keep the newest line in view</source>
      <translation>始终显示最新的一行</translation>
    </message>
    <message>
      <source>&amp;Copy</source>
      <translation>复制(&amp;C)</translation>
    </message>
    <message>
      <source>Open f&amp;older</source>
      <translation>打开文件夹(&amp;O)</translation>
    </message>
    <message>
      <source>Support &amp;bundle…</source>
      <translation>支持包(&amp;B)…</translation>
    </message>
    <message>
      <source>A ZIP file for support: no patient data and no passwords in it</source>
      <translation>供技术支持使用的 ZIP 文件：不含患者数据和密码</translation>
    </message>
    <message>
      <source>Log lines</source>
      <translation>日志行</translation>
    </message>
  </context>
  <context>
    <name>MaskLayer</name>
    <message>
      <source>Masks</source>
      <translation>遮盖区域</translation>
    </message>
    <message>
      <source>Drag to draw a mask. Insert adds one, Space selects the next, the arrows move it, with Shift they resize it, Delete removes it, Ctrl+Z takes a change back.</source>
      <translation>拖动以绘制遮盖区域。Insert 添加，空格选择下一个，方向键移动，按住 Shift 调整大小，Delete 删除，Ctrl+Z 撤销。</translation>
    </message>
    <message numerus="yes">
      <source>%Ln mask(s)</source>
      <translation>
        <numerusform>%Ln 个遮盖区域</numerusform>
      </translation>
    </message>
    <message>
      <source>number {number} from {left}, {top} to {right}, {bottom}</source>
      <translation>第 {number} 个，从 {left}, {top} 到 {right}, {bottom}</translation>
    </message>
  </context>
  <context>
    <name>MaskTool</name>
    <message>
      <source>Add mask</source>
      <translation>添加遮盖</translation>
    </message>
    <message>
      <source>Delete mask</source>
      <translation>删除遮盖</translation>
    </message>
    <message>
      <source>Undo</source>
      <translation>撤销</translation>
    </message>
    <message>
      <source>Nothing to mask</source>
      <translation>无需遮盖</translation>
    </message>
    <message>
      <source>You have looked: images of this kind show nothing about the patient</source>
      <translation>您已查看：此类图像不显示患者信息</translation>
    </message>
    <message>
      <source>Save masks</source>
      <translation>保存遮盖</translation>
    </message>
    <message>
      <source>Cancel</source>
      <translation>取消</translation>
    </message>
    <message>
      <source>Holds for every frame of all images of this kind: {kind}.</source>
      <translation>适用于此类所有图像的每一帧：{kind}。</translation>
    </message>
    <message numerus="yes">
      <source>%Ln image(s) of this class and size are in the list.</source>
      <translation>
        <numerusform>列表中有 %Ln 幅此类型和大小的图像。</numerusform>
      </translation>
    </message>
  </context>
  <context>
    <name>MoreOptions</name>
    <message>
      <source>&amp;More…</source>
      <translation>更多(&amp;M)…</translation>
    </message>
    <message>
      <source>Certificates, proxy and other settings that are seldom needed</source>
      <translation>证书、代理等不常用的选项</translation>
    </message>
    <message>
      <source>A key needs the certificate that it belongs to.</source>
      <translation>填写密钥时还须填写对应的证书。</translation>
    </message>
    <message>
      <source>An answer is written as auto, status, /code=0, /data/state=ok|queued or text~REGEX.</source>
      <translation>答复规则的写法：auto、status、/code=0、/data/state=ok|queued 或 text~正则表达式。</translation>
    </message>
    <message>
      <source>A redirect must be "ok" or empty.</source>
      <translation>重定向只能填 ok，或留空。</translation>
    </message>
    <message>
      <source>A proxy is written as http://host:port or socks5h://host:port; "none" means none.</source>
      <translation>代理写作 http://主机:端口 或 socks5h://主机:端口；“none”表示不使用代理。</translation>
    </message>
    <message>
      <source>A template has {label:NAME}, {study_uid}, {parcel}, {sha256}, {size}, {date} or {modality} in it; a brace itself is written twice.</source>
      <translation>模板中可以有 {label:名称}、{study_uid}、{parcel}、{sha256}、{size}、{date} 或 {modality}；花括号本身要写两遍。</translation>
    </message>
    <message>
      <source>Browse: {what}</source>
      <translation>浏览：{what}</translation>
    </message>
    <message>
      <source>Browse…</source>
      <translation>浏览…</translation>
    </message>
  </context>
  <context>
    <name>Offers</name>
    <message>
      <source>Sending was interrupted</source>
      <translation>发送曾被中断</translation>
    </message>
    <message numerus="yes">
      <source>%Ln upload(s) still have to be delivered. Nothing is lost.</source>
      <translation>
        <numerusform>还有 %Ln 个上传包待发送。没有丢失任何数据。</numerusform>
      </translation>
    </message>
    <message>
      <source>Continue sending</source>
      <translation>继续发送</translation>
    </message>
    <message>
      <source>Sign in…</source>
      <translation>登录…</translation>
    </message>
    <message>
      <source>Try again</source>
      <translation>重试</translation>
    </message>
  </context>
  <context>
    <name>OtherKeys</name>
    <message numerus="yes">
      <source>%Ln patient(s) will get other pseudonyms than before</source>
      <translation>
        <numerusform>%Ln 名患者将得到与以前不同的假名</numerusform>
      </translation>
    </message>
    <message>
      <source>They were sent to {name} before with another key. Their new pseudonyms, UIDs and dates do not fit the earlier uploads. If they should, cancel the upload, and give the destination the address and the study name that it had then.</source>
      <translation>这些患者以前曾以另一个密钥发送到“{name}”。新的假名、UID 和日期与以前的上传不对应。如需对应，请取消上传，并把目的地的地址和研究名称改回当时的内容。</translation>
    </message>
  </context>
  <context>
    <name>OutcomePanel</name>
    <message>
      <source>The study arrived at {destination}.</source>
      <translation>检查已送达 {destination}。</translation>
    </message>
    <message>
      <source>All {total} studies arrived at {destination}.</source>
      <translation>全部 {total} 个检查均已送达 {destination}。</translation>
    </message>
    <message>
      <source>{delivered} of {total} arrived at {destination}; {failed} failed, {cancelled} cancelled.</source>
      <translation>{total} 个中有 {delivered} 个已送达 {destination}；{failed} 个失败，{cancelled} 个已取消。</translation>
    </message>
    <message>
      <source>{delivered} of {total} arrived at {destination}; {failed} did not.</source>
      <translation>{total} 个中有 {delivered} 个已送达 {destination}；{failed} 个未送达。</translation>
    </message>
    <message>
      <source>{delivered} of {total} arrived at {destination}; the others were cancelled.</source>
      <translation>{total} 个中有 {delivered} 个已送达 {destination}；其余已取消。</translation>
    </message>
    <message>
      <source>Show in &amp;history</source>
      <translation>在历史中显示(&amp;H)</translation>
    </message>
    <message>
      <source>{n} delivered</source>
      <translation>{n} 个已送达</translation>
    </message>
    <message>
      <source>{n} accepted, not proved</source>
      <translation>{n} 个已接收但未证实</translation>
    </message>
    <message>
      <source>{n} incomplete</source>
      <translation>{n} 个不完整</translation>
    </message>
    <message>
      <source>{n} unclear</source>
      <translation>{n} 个不明确</translation>
    </message>
    <message>
      <source>{n} held</source>
      <translation>{n} 个已扣留</translation>
    </message>
    <message>
      <source>{n} failed</source>
      <translation>{n} 个失败</translation>
    </message>
    <message>
      <source>{n} cancelled</source>
      <translation>{n} 个已取消</translation>
    </message>
    <message>
      <source>{destination}: {counts}</source>
      <translation>{destination}：{counts}</translation>
    </message>
    <message>
      <source>in {time}</source>
      <translation>用时 {time}</translation>
    </message>
    <message>
      <source>proved by {proof}</source>
      <translation>证明方式：{proof}</translation>
    </message>
    <message>
      <source>Nothing was delivered.</source>
      <translation>没有送达任何内容。</translation>
    </message>
    <message>
      <source>&amp;Details…</source>
      <translation>详情(&amp;D)…</translation>
    </message>
    <message>
      <source>Gantry will try again. {what}</source>
      <translation>Gantry 会自动重试。{what}</translation>
    </message>
    <message>
      <source>and {n} more</source>
      <translation>以及另外 {n} 个</translation>
    </message>
    <message>
      <source>Affected: {names}</source>
      <translation>涉及：{names}</translation>
    </message>
    <message>
      <source>&amp;Retry</source>
      <translation>重试(&amp;R)</translation>
    </message>
    <message>
      <source>&amp;Edit destination…</source>
      <translation>编辑目的地(&amp;E)…</translation>
    </message>
    <message>
      <source>&amp;Sign in…</source>
      <translation>登录(&amp;S)…</translation>
    </message>
    <message>
      <source>&amp;Open spool folder</source>
      <translation>打开暂存文件夹(&amp;O)</translation>
    </message>
    <message>
      <source>S&amp;torage settings…</source>
      <translation>存储设置(&amp;T)…</translation>
    </message>
    <message>
      <source>Show in &amp;folder</source>
      <translation>在文件夹中显示(&amp;F)</translation>
    </message>
    <message>
      <source>Split into s&amp;maller uploads</source>
      <translation>拆分为更小的上传包(&amp;M)</translation>
    </message>
    <message>
      <source>&amp;Ask again</source>
      <translation>再次询问(&amp;A)</translation>
    </message>
    <message>
      <source>&amp;It is there</source>
      <translation>确已送达(&amp;I)</translation>
    </message>
    <message>
      <source>Send a&amp;gain…</source>
      <translation>重新发送(&amp;G)…</translation>
    </message>
    <message>
      <source>Send &amp;without these files</source>
      <translation>不含这些文件发送(&amp;W)</translation>
    </message>
    <message>
      <source>&amp;Try again</source>
      <translation>重试(&amp;T)</translation>
    </message>
    <message>
      <source>Show in pre&amp;view</source>
      <translation>在预览中显示(&amp;V)</translation>
    </message>
    <message>
      <source>Add a rul&amp;e…</source>
      <translation>添加规则(&amp;E)…</translation>
    </message>
    <message>
      <source>Cancel this &amp;upload</source>
      <translation>取消此上传(&amp;U)</translation>
    </message>
  </context>
  <context>
    <name>ParcelPanel</name>
    <message>
      <source>&amp;Ask again</source>
      <translation>再次询问(&amp;A)</translation>
    </message>
    <message>
      <source>&amp;Verify again</source>
      <translation>重新校验(&amp;V)</translation>
    </message>
    <message>
      <source>Send a&amp;gain</source>
      <translation>重新发送(&amp;G)</translation>
    </message>
    <message>
      <source>Retry &amp;failed only</source>
      <translation>仅重试失败项(&amp;F)</translation>
    </message>
    <message>
      <source>Sends what failed or was cancelled in this job; what arrived stays as it is</source>
      <translation>发送此任务中失败或已取消的内容；已送达的不受影响</translation>
    </message>
    <message>
      <source>Send the &amp;rest</source>
      <translation>发送其余文件(&amp;R)</translation>
    </message>
    <message>
      <source>Sends what is not held</source>
      <translation>发送未被扣留的文件</translation>
    </message>
    <message>
      <source>&amp;Try again</source>
      <translation>重试(&amp;T)</translation>
    </message>
    <message>
      <source>With the profile and the masks as they are now</source>
      <translation>按照现在的配置和遮盖</translation>
    </message>
    <message>
      <source>Show in pre&amp;view</source>
      <translation>在预览中显示(&amp;V)</translation>
    </message>
    <message>
      <source>Shows the held files, and where they are held</source>
      <translation>显示被扣留的文件，以及扣留的位置</translation>
    </message>
    <message>
      <source>Add a ru&amp;le…</source>
      <translation>添加规则(&amp;L)…</translation>
    </message>
    <message>
      <source>Says what to do with the elements that hold it</source>
      <translation>指定如何处理使其被扣留的元素</translation>
    </message>
    <message>
      <source>Cancel &amp;upload</source>
      <translation>取消上传(&amp;U)</translation>
    </message>
    <message>
      <source>Sends nothing of it; you can send it after all with Retry</source>
      <translation>不发送其中任何内容；之后仍可用“重试”发送</translation>
    </message>
    <message>
      <source>&amp;It is there</source>
      <translation>确已送达(&amp;I)</translation>
    </message>
    <message>
      <source>You checked at the destination, and it is there</source>
      <translation>您已在目的地确认内容已送达</translation>
    </message>
    <message>
      <source>&amp;Continue</source>
      <translation>继续(&amp;C)</translation>
    </message>
    <message>
      <source>Sends what is left of this job</source>
      <translation>发送此任务剩余的部分</translation>
    </message>
    <message>
      <source>Asks the destination what it holds</source>
      <translation>向目的地查询其保存的内容</translation>
    </message>
    <message>
      <source>Show in f&amp;older</source>
      <translation>在文件夹中显示(&amp;O)</translation>
    </message>
    <message>
      <source>Certific&amp;ate…</source>
      <translation>凭证(&amp;A)…</translation>
    </message>
    <message>
      <source>Saves what was sent in this job, and how its arrival is known, as a page</source>
      <translation>将本任务发送的内容及到达依据保存为网页</translation>
    </message>
    <message>
      <source>De-identification re&amp;port…</source>
      <translation>去标识化报告(&amp;P)…</translation>
    </message>
    <message>
      <source>Saves what was done to the files of this job, as a page to read and print</source>
      <translation>将本任务中对文件的处理保存为可阅读和打印的网页</translation>
    </message>
    <message>
      <source>&amp;Details…</source>
      <translation>详情(&amp;D)…</translation>
    </message>
  </context>
  <context>
    <name>ParcelTabs</name>
    <message>
      <source>Overview</source>
      <translation>概览</translation>
    </message>
    <message>
      <source>Attempts</source>
      <translation>尝试</translation>
    </message>
    <message>
      <source>Receipt</source>
      <translation>收据</translation>
    </message>
    <message>
      <source>Files</source>
      <translation>文件</translation>
    </message>
    <message>
      <source>No receipt: the destination has not answered.</source>
      <translation>没有收据：目的地尚未答复。</translation>
    </message>
    <message>
      <source>No.</source>
      <translation>序号</translation>
    </message>
    <message>
      <source>Step</source>
      <translation>步骤</translation>
    </message>
    <message>
      <source>Started</source>
      <translation>开始</translation>
    </message>
    <message>
      <source>Duration</source>
      <translation>用时</translation>
    </message>
    <message>
      <source>Result</source>
      <translation>结果</translation>
    </message>
    <message>
      <source>File</source>
      <translation>文件</translation>
    </message>
    <message>
      <source>Size</source>
      <translation>大小</translation>
    </message>
    <message>
      <source>SOP Instance UID</source>
      <translation>SOP Instance UID</translation>
    </message>
    <message>
      <source>SHA-256</source>
      <translation>SHA-256</translation>
    </message>
  </context>
  <context>
    <name>ParcelText</name>
    <message>
      <source>Patient</source>
      <translation>患者</translation>
    </message>
    <message>
      <source>Study UID</source>
      <translation>检查 UID</translation>
    </message>
    <message>
      <source>Destination</source>
      <translation>目的地</translation>
    </message>
    <message>
      <source>Address</source>
      <translation>地址</translation>
    </message>
    <message>
      <source>Sent on</source>
      <translation>发送时间</translation>
    </message>
    <message>
      <source>Last change</source>
      <translation>最后更改</translation>
    </message>
    <message>
      <source>Instances</source>
      <translation>实例</translation>
    </message>
    <message>
      <source>Size</source>
      <translation>大小</translation>
    </message>
    <message>
      <source>De-identified</source>
      <translation>去标识化</translation>
    </message>
    <message>
      <source>Archive</source>
      <translation>归档</translation>
    </message>
    <message>
      <source>SHA-256</source>
      <translation>SHA-256</translation>
    </message>
    <message>
      <source>Parcel</source>
      <translation>上传包</translation>
    </message>
    <message>
      <source>Arrival</source>
      <translation>到达</translation>
    </message>
    <message>
      <source>Running</source>
      <translation>进行中</translation>
    </message>
    <message>
      <source>Done</source>
      <translation>完成</translation>
    </message>
    <message>
      <source>Interrupted</source>
      <translation>已中断</translation>
    </message>
    <message>
      <source>Failed</source>
      <translation>失败</translation>
    </message>
    <message>
      <source>Packing</source>
      <translation>打包中</translation>
    </message>
    <message>
      <source>Sending</source>
      <translation>发送中</translation>
    </message>
    <message>
      <source>Outcome</source>
      <translation>结果</translation>
    </message>
    <message>
      <source>Time</source>
      <translation>时间</translation>
    </message>
    <message>
      <source>Status</source>
      <translation>状态</translation>
    </message>
    <message>
      <source>Location</source>
      <translation>位置</translation>
    </message>
    <message>
      <source>{stored} of {total} instances stored</source>
      <translation>已保存 {total} 个实例中的 {stored} 个</translation>
    </message>
    <message>
      <source>Stored</source>
      <translation>已保存</translation>
    </message>
    <message>
      <source>Already there</source>
      <translation>已存在</translation>
    </message>
    <message>
      <source>Accepted, not proved</source>
      <translation>已接收，未证实</translation>
    </message>
    <message>
      <source>Already there, content not compared</source>
      <translation>已存在，内容未比对</translation>
    </message>
    <message>
      <source>Rejected</source>
      <translation>被拒绝</translation>
    </message>
    <message>
      <source>Unknown</source>
      <translation>未知</translation>
    </message>
    <message>
      <source>Proved by</source>
      <translation>证明方式</translation>
    </message>
    <message>
      <source>Known from</source>
      <translation>依据</translation>
    </message>
  </context>
  <context>
    <name>PicturePanel</name>
    <message>
      <source>Loading…</source>
      <translation>正在载入…</translation>
    </message>
    <message>
      <source>Slice</source>
      <translation>切片</translation>
    </message>
    <message>
      <source>Brightness and contrast</source>
      <translation>亮度和对比度</translation>
    </message>
    <message>
      <source>Masks…</source>
      <translation>遮盖…</translation>
    </message>
    <message>
      <source>Draw black rectangles over text in pictures of this kind</source>
      <translation>用黑色矩形遮盖此类图像中的文字</translation>
    </message>
    <message>
      <source>As it leaves</source>
      <translation>送出的图像</translation>
    </message>
    <message>
      <source>Shows the picture that leaves, or the one in the file</source>
      <translation>显示送出的图像，或文件中的图像</translation>
    </message>
    <message>
      <source>Brightness and contrast: also by dragging in the picture</source>
      <translation>亮度和对比度：也可在图像中拖动调节</translation>
    </message>
    <message>
      <source>As in the file ({number})</source>
      <translation>按文件（{number}）</translation>
    </message>
    <message>
      <source>As in the file</source>
      <translation>按文件</translation>
    </message>
    <message>
      <source>As in the file (table)</source>
      <translation>按文件（查找表）</translation>
    </message>
    <message>
      <source>Whole range</source>
      <translation>全部范围</translation>
    </message>
    <message>
      <source>Brain</source>
      <translation>脑窗</translation>
    </message>
    <message>
      <source>Lung</source>
      <translation>肺窗</translation>
    </message>
    <message>
      <source>Bone</source>
      <translation>骨窗</translation>
    </message>
    <message>
      <source>Abdomen</source>
      <translation>腹窗</translation>
    </message>
    <message>
      <source>In the file</source>
      <translation>文件中</translation>
    </message>
    <message>
      <source>There is no picture in this file.</source>
      <translation>该文件中没有图像。</translation>
    </message>
    <message>
      <source>This kind of picture can’t be shown here. It is still sent unchanged.</source>
      <translation>此处无法显示这种图像。它仍会原样发送。</translation>
    </message>
    <message>
      <source>The picture can’t be decoded; it may be damaged. Check it with another program before you send it.</source>
      <translation>图像无法解码，可能已损坏。发送前请用其他程序检查。</translation>
    </message>
    <message>
      <source>The picture is too large to show here.</source>
      <translation>图像太大，无法在此显示。</translation>
    </message>
    <message>
      <source>The file can’t be read now.</source>
      <translation>文件现在无法读取。</translation>
    </message>
  </context>
  <context>
    <name>PictureView</name>
    <message>
      <source>Picture</source>
      <translation>图像</translation>
    </message>
    <message>
      <source>Up and Down change the slice, Left and Right the brightness.</source>
      <translation>上下键切换切片，左右键调节亮度。</translation>
    </message>
  </context>
  <context>
    <name>PreviewPanel</name>
    <message>
      <source>Select a series to see it.</source>
      <translation>选择一个序列即可预览。</translation>
    </message>
    <message>
      <source>Preview</source>
      <translation>预览</translation>
    </message>
    <message>
      <source>Tags</source>
      <translation>标签</translation>
    </message>
    <message>
      <source>What leaves</source>
      <translation>送出的内容</translation>
    </message>
    <message>
      <source>Comparing…</source>
      <translation>正在比较…</translation>
    </message>
  </context>
  <context>
    <name>PrivacyRows</name>
    <message>
      <source>The sender chooses for each upload</source>
      <translation>每次上传时由发送者选择</translation>
    </message>
    <message>
      <source>The same in all uploads of this study</source>
      <translation>本研究的所有上传使用相同的假名</translation>
    </message>
    <message>
      <source>New ones in each upload</source>
      <translation>每次上传使用新的假名</translation>
    </message>
    <message>
      <source>Optional; another name gives other pseudonyms</source>
      <translation>可选；换一个名称就会得到不同的假名</translation>
    </message>
    <message>
      <source>&amp;De-identification</source>
      <translation>去标识化(&amp;D)</translation>
    </message>
    <message>
      <source>De-identification</source>
      <translation>去标识化</translation>
    </message>
    <message>
      <source>With a profile here, nothing goes to this destination as it is.</source>
      <translation>在此选择配置后，任何文件都不会原样发送到该目的地。</translation>
    </message>
    <message>
      <source>Ps&amp;eudonyms</source>
      <translation>假名(&amp;E)</translation>
    </message>
    <message>
      <source>Pseudonyms</source>
      <translation>假名</translation>
    </message>
    <message>
      <source>With the same pseudonyms, later uploads of a patient fit the earlier ones. With new ones, nobody can link two uploads.</source>
      <translation>使用相同的假名时，同一患者以后的上传与以前的相对应。使用新的假名时，没有人能把两次上传联系起来。</translation>
    </message>
    <message>
      <source>Stud&amp;y</source>
      <translation>研究(&amp;Y)</translation>
    </message>
    <message>
      <source>Study</source>
      <translation>研究</translation>
    </message>
    <message>
      <source>The name of the study. It stays on this computer.</source>
      <translation>研究的名称，只保留在本机上。</translation>
    </message>
    <message>
      <source>Requires {profile}: nothing goes there as it is</source>
      <translation>要求 {profile}：不会原样发送任何文件</translation>
    </message>
  </context>
  <context>
    <name>Rail</name>
    <message>
      <source>Pages</source>
      <translation>页面</translation>
    </message>
    <message>
      <source>Send</source>
      <translation>发送</translation>
    </message>
    <message>
      <source>Transfers</source>
      <translation>传输</translation>
    </message>
    <message>
      <source>History</source>
      <translation>历史</translation>
    </message>
    <message>
      <source>Log</source>
      <translation>日志</translation>
    </message>
    <message>
      <source>Settings</source>
      <translation>设置</translation>
    </message>
  </context>
  <context>
    <name>ReviewTexts</name>
    <message>
      <source>Texts that may stay</source>
      <translation>可以保留的文本</translation>
    </message>
    <message>
      <source>Reading the texts of the files</source>
      <translation>正在读取文件中的文本</translation>
    </message>
    <message>
      <source>Tick the texts that say nothing about the patient. Only these stay; every other description is removed.</source>
      <translation>请勾选不涉及患者信息的文本。只有勾选的文本会保留，其他描述都将被删除。</translation>
    </message>
    <message>
      <source>&amp;Send</source>
      <translation>发送(&amp;S)</translation>
    </message>
    <message>
      <source>Reading {n} of {all} images…</source>
      <translation>正在读取第 {n} 幅图像，共 {all} 幅…</translation>
    </message>
    <message>
      <source>All elements</source>
      <translation>所有元素</translation>
    </message>
    <message>
      <source>Element</source>
      <translation>元素</translation>
    </message>
    <message>
      <source>Filter by text</source>
      <translation>按文本筛选</translation>
    </message>
    <message>
      <source>Tick &amp;all shown</source>
      <translation>全部勾选(&amp;A)</translation>
    </message>
    <message>
      <source>&amp;Untick all shown</source>
      <translation>全部取消(&amp;U)</translation>
    </message>
    <message>
      <source>Texts of the files</source>
      <translation>文件中的文本</translation>
    </message>
    <message>
      <source>{n} of {all} texts are ticked.</source>
      <translation>已勾选 {n} 条文本，共 {all} 条。</translation>
    </message>
    <message>
      <source>There are more texts than are listed; these will be removed.</source>
      <translation>文本数量超出列表上限，未列出的文本将被删除。</translation>
    </message>
    <message numerus="yes">
      <source>%Ln image(s) could not be read: their texts will be removed.</source>
      <translation>
        <numerusform>%Ln 幅图像无法读取：其中的文本将被删除。</numerusform>
      </translation>
    </message>
  </context>
  <context>
    <name>ScanStrip</name>
    <message>
      <source>Reading files</source>
      <translation>正在读取文件</translation>
    </message>
    <message>
      <source>Stop reading</source>
      <translation>停止读取</translation>
    </message>
    <message>
      <source>{count} DICOM images, {size}</source>
      <translation>{count} 幅 DICOM 图像，{size}</translation>
    </message>
    <message>
      <source>Reading: {files} files, {found}</source>
      <translation>正在读取：{files} 个文件，{found}</translation>
    </message>
    <message>
      <source>Stopped: {found} so far</source>
      <translation>已停止：目前有 {found}</translation>
    </message>
    <message>
      <source>Found {found}</source>
      <translation>找到 {found}</translation>
    </message>
    <message numerus="yes">
      <source>%Ln file(s) could not be read</source>
      <translation>
        <numerusform>%Ln 个文件无法读取</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%Ln file(s) skipped</source>
      <translation>
        <numerusform>已跳过 %Ln 个文件</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%Ln folder(s) do not respond</source>
      <translation>
        <numerusform>%Ln 个文件夹没有响应</numerusform>
      </translation>
    </message>
    <message>
      <source>“{folder}” does not respond</source>
      <translation>“{folder}”没有响应</translation>
    </message>
  </context>
  <context>
    <name>SendBar</name>
    <message>
      <source>Add a destination…</source>
      <translation>添加目的地…</translation>
    </message>
    <message>
      <source>&amp;To</source>
      <translation>目的地(&amp;T)</translation>
    </message>
    <message>
      <source>Destination</source>
      <translation>目的地</translation>
    </message>
    <message>
      <source>&amp;Send</source>
      <translation>发送(&amp;S)</translation>
    </message>
    <message>
      <source>Send</source>
      <translation>发送</translation>
    </message>
    <message numerus="yes">
      <source>%Ln study(ies)</source>
      <translation>
        <numerusform>%Ln 个检查</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%Ln image(s)</source>
      <translation>
        <numerusform>%Ln 幅图像</numerusform>
      </translation>
    </message>
    <message>
      <source>about {time}</source>
      <translation>约 {time}</translation>
    </message>
    <message>
      <source>Nothing is selected</source>
      <translation>未选择任何内容</translation>
    </message>
    <message>
      <source>Wait until everything has been read</source>
      <translation>请等待全部读取完成</translation>
    </message>
    <message>
      <source>Practice (this computer)</source>
      <translation>练习（本机）</translation>
    </message>
  </context>
  <context>
    <name>SettingsDialog</name>
    <message>
      <source>Settings</source>
      <translation>设置</translation>
    </message>
    <message>
      <source>Parts of the settings</source>
      <translation>设置的各部分</translation>
    </message>
    <message>
      <source>Destinations</source>
      <translation>目的地</translation>
    </message>
  </context>
  <context>
    <name>SettingsForm</name>
    <message>
      <source>Set by your organisation</source>
      <translation>由您所在的机构设定</translation>
    </message>
  </context>
  <context>
    <name>Settling</name>
    <message>
      <source>It is missing</source>
      <translation>目的地没有收到</translation>
    </message>
    <message>
      <source>{n} of them did not arrive. Send again sends them.</source>
      <translation>其中 {n} 个未送达。可用“重新发送”再次发送。</translation>
    </message>
    <message>
      <source>The destination can’t tell</source>
      <translation>目的地无法确定</translation>
    </message>
    <message>
      <source>Check there yourself, or ask its administrator.</source>
      <translation>请自行到目的地查看，或询问其管理员。</translation>
    </message>
    <message>
      <source>Send again</source>
      <translation>重新发送</translation>
    </message>
    <message>
      <source>Send it again?</source>
      <translation>要重新发送吗？</translation>
    </message>
    <message>
      <source>If it did arrive, the destination may hold two copies afterwards.</source>
      <translation>如果之前已经送达，目的地之后可能会有两份。</translation>
    </message>
    <message>
      <source>&amp;Send another copy</source>
      <translation>再发送一份(&amp;S)</translation>
    </message>
  </context>
  <context>
    <name>SkippedFiles</name>
    <message>
      <source>Skipped files</source>
      <translation>跳过的文件</translation>
    </message>
    <message>
      <source>Reason</source>
      <translation>原因</translation>
    </message>
    <message>
      <source>Filter by file or folder</source>
      <translation>按文件或文件夹筛选</translation>
    </message>
    <message>
      <source>Copy list</source>
      <translation>复制列表</translation>
    </message>
    <message>
      <source>These files are not sent. Everything else is.</source>
      <translation>这些文件不会发送，其余的都会发送。</translation>
    </message>
    <message>
      <source>All reasons ({count})</source>
      <translation>所有原因（{count}）</translation>
    </message>
  </context>
  <context>
    <name>SkippedModel</name>
    <message>
      <source>File</source>
      <translation>文件</translation>
    </message>
    <message>
      <source>Why it was skipped</source>
      <translation>跳过的原因</translation>
    </message>
    <message>
      <source>Folder</source>
      <translation>文件夹</translation>
    </message>
  </context>
  <context>
    <name>SpoolRow</name>
    <message>
      <source>Choose a spool folder</source>
      <translation>选择暂存文件夹</translation>
    </message>
    <message>
      <source>&amp;Browse…</source>
      <translation>浏览(&amp;B)…</translation>
    </message>
    <message>
      <source>&amp;Open</source>
      <translation>打开(&amp;O)</translation>
    </message>
  </context>
  <context>
    <name>TagModel</name>
    <message>
      <source>Tag</source>
      <translation>标签</translation>
    </message>
    <message>
      <source>Name</source>
      <translation>名称</translation>
    </message>
    <message>
      <source>Value</source>
      <translation>值</translation>
    </message>
    <message>
      <source>Item {number}</source>
      <translation>项目 {number}</translation>
    </message>
    <message>
      <source>{name} (private)</source>
      <translation>{name}（私有）</translation>
    </message>
    <message numerus="yes">
      <source>%Ln item(s)</source>
      <translation>
        <numerusform>%Ln 项</numerusform>
      </translation>
    </message>
  </context>
  <context>
    <name>TagView</name>
    <message>
      <source>Search tags</source>
      <translation>搜索标签</translation>
    </message>
    <message>
      <source>Tags</source>
      <translation>标签</translation>
    </message>
    <message>
      <source>This file has more tags than are shown here.</source>
      <translation>该文件的标签多于此处显示的数量。</translation>
    </message>
    <message>
      <source>Copy</source>
      <translation>复制</translation>
    </message>
  </context>
  <context>
    <name>TextsModel</name>
    <message>
      <source>Text</source>
      <translation>文本</translation>
    </message>
    <message>
      <source>Element</source>
      <translation>元素</translation>
    </message>
    <message>
      <source>Images</source>
      <translation>图像</translation>
    </message>
  </context>
  <context>
    <name>TimetableRow</name>
    <message>
      <source>“{entry}” is not valid. Write a time and bytes per second, such as 08:00,512K or sat-00:00,off. The previous timetable still applies.</source>
      <translation>“{entry}”无效。请写时间和每秒字节数，如 08:00,512K 或 sat-00:00,off。原时间表仍然有效。</translation>
    </message>
  </context>
  <context>
    <name>TransferColumns</name>
    <message>
      <source>Study</source>
      <translation>检查</translation>
    </message>
    <message>
      <source>Step</source>
      <translation>步骤</translation>
    </message>
    <message>
      <source>Progress</source>
      <translation>进度</translation>
    </message>
    <message>
      <source>Size</source>
      <translation>大小</translation>
    </message>
    <message>
      <source>Speed</source>
      <translation>速度</translation>
    </message>
    <message>
      <source>Time left</source>
      <translation>剩余时间</translation>
    </message>
    <message>
      <source>Attempt</source>
      <translation>尝试</translation>
    </message>
  </context>
  <context>
    <name>TransferCommands</name>
    <message>
      <source>Cancel the rest of this job?</source>
      <translation>取消此任务的剩余部分？</translation>
    </message>
    <message>
      <source>Cancel everything that has not been delivered yet?</source>
      <translation>取消所有尚未送达的内容？</translation>
    </message>
    <message>
      <source>Cancel</source>
      <translation>取消</translation>
    </message>
    <message>
      <source>What was delivered stays delivered. You can send the rest again with Retry.</source>
      <translation>已送达的不受影响。其余内容可用“重试”重新发送。</translation>
    </message>
    <message>
      <source>&amp;Cancel transfer</source>
      <translation>取消传输(&amp;C)</translation>
    </message>
    <message>
      <source>&amp;Keep sending</source>
      <translation>继续发送(&amp;K)</translation>
    </message>
  </context>
  <context>
    <name>TransferModel</name>
    <message>
      <source>Study without a description</source>
      <translation>无描述的检查</translation>
    </message>
    <message>
      <source>To {destination}</source>
      <translation>发往 {destination}</translation>
    </message>
    <message>
      <source>{done} of {total}</source>
      <translation>{done} / {total}</translation>
    </message>
    <message>
      <source>Paused</source>
      <translation>已暂停</translation>
    </message>
    <message>
      <source>{done} of {total} accepted</source>
      <translation>已接收 {done} / {total}</translation>
    </message>
    <message>
      <source>{done} of {total} delivered</source>
      <translation>已送达 {done} / {total}</translation>
    </message>
    <message>
      <source>Sending (stalled)</source>
      <translation>发送中（无进展）</translation>
    </message>
    <message>
      <source>Next try in {time}</source>
      <translation>{time} 后重试</translation>
    </message>
    <message>
      <source>Waiting</source>
      <translation>等待中</translation>
    </message>
    <message>
      <source>Packing</source>
      <translation>打包中</translation>
    </message>
    <message>
      <source>Verifying</source>
      <translation>校验中</translation>
    </message>
    <message>
      <source>Ready to send</source>
      <translation>待发送</translation>
    </message>
    <message>
      <source>Sending</source>
      <translation>发送中</translation>
    </message>
    <message>
      <source>Waiting for the server</source>
      <translation>等待服务器</translation>
    </message>
    <message>
      <source>Retrying</source>
      <translation>正在重试</translation>
    </message>
    <message>
      <source>Delivered</source>
      <translation>已送达</translation>
    </message>
    <message>
      <source>Accepted</source>
      <translation>已接收</translation>
    </message>
    <message>
      <source>Incomplete</source>
      <translation>不完整</translation>
    </message>
    <message>
      <source>Unclear</source>
      <translation>不明确</translation>
    </message>
    <message>
      <source>Held</source>
      <translation>已扣留</translation>
    </message>
    <message>
      <source>Interrupted</source>
      <translation>已中断</translation>
    </message>
    <message>
      <source>Failed</source>
      <translation>失败</translation>
    </message>
    <message>
      <source>Cancelled</source>
      <translation>已取消</translation>
    </message>
    <message>
      <source>Split into smaller uploads</source>
      <translation>已拆分为更小的上传包</translation>
    </message>
  </context>
  <context>
    <name>TransferPage</name>
    <message>
      <source>Res&amp;ume all</source>
      <translation>全部继续(&amp;U)</translation>
    </message>
    <message>
      <source>&amp;Pause all</source>
      <translation>全部暂停(&amp;P)</translation>
    </message>
    <message>
      <source>{done} of {total} delivered</source>
      <translation>已送达 {done} / {total}</translation>
    </message>
    <message>
      <source>paused</source>
      <translation>已暂停</translation>
    </message>
    <message>
      <source>stalled</source>
      <translation>无进展</translation>
    </message>
    <message>
      <source>about {time} left</source>
      <translation>约剩 {time}</translation>
    </message>
    <message>
      <source>Transfers</source>
      <translation>传输</translation>
    </message>
    <message>
      <source>&amp;Cancel all…</source>
      <translation>全部取消(&amp;C)…</translation>
    </message>
    <message>
      <source>Retry &amp;failed</source>
      <translation>重试失败项(&amp;F)</translation>
    </message>
    <message>
      <source>C&amp;lear finished</source>
      <translation>清除已完成(&amp;L)</translation>
    </message>
    <message>
      <source>Nothing is being sent</source>
      <translation>没有正在发送的内容</translation>
    </message>
    <message>
      <source>Choose studies on the Send page. You can follow their progress here.</source>
      <translation>请在“发送”页选择检查，然后在这里查看进度。</translation>
    </message>
    <message>
      <source>Go to &amp;Send</source>
      <translation>前往发送(&amp;S)</translation>
    </message>
  </context>
  <context>
    <name>TransferTree</name>
    <message>
      <source>Jobs and their studies</source>
      <translation>任务及其检查</translation>
    </message>
    <message>
      <source>&amp;Pause</source>
      <translation>暂停(&amp;P)</translation>
    </message>
    <message>
      <source>Res&amp;ume</source>
      <translation>继续(&amp;U)</translation>
    </message>
    <message>
      <source>&amp;Cancel</source>
      <translation>取消(&amp;C)</translation>
    </message>
    <message>
      <source>&amp;Retry</source>
      <translation>重试(&amp;R)</translation>
    </message>
    <message>
      <source>Show source &amp;folder</source>
      <translation>显示源文件夹(&amp;F)</translation>
    </message>
    <message>
      <source>&amp;Details…</source>
      <translation>详情(&amp;D)…</translation>
    </message>
    <message>
      <source>Remove from this &amp;list</source>
      <translation>从列表中移除(&amp;L)</translation>
    </message>
    <message>
      <source>Show in &amp;history</source>
      <translation>在历史中显示(&amp;H)</translation>
    </message>
  </context>
  <context>
    <name>Tray</name>
    <message>
      <source>Open Gantry</source>
      <translation>打开 Gantry</translation>
    </message>
    <message>
      <source>Quit</source>
      <translation>退出</translation>
    </message>
  </context>
  <context>
    <name>Treating</name>
    <message>
      <source>Choose a profile file</source>
      <translation>选择配置文件</translation>
    </message>
    <message>
      <source>Profiles (*.json)</source>
      <translation>去标识化配置 (*.json)</translation>
    </message>
    <message>
      <source>All files (*)</source>
      <translation>所有文件 (*)</translation>
    </message>
    <message>
      <source>The key of the pseudonyms is in a file</source>
      <translation>假名的密钥保存在文件中</translation>
    </message>
    <message>
      <source>This computer keeps no secrets, so the key is in {file}, which only you may read. Keep a copy in a safe place: without the key, later uploads get other pseudonyms; with it, anyone can link pseudonyms to patients they know.</source>
      <translation>本机不保存机密信息，因此密钥保存在 {file} 中，只有您可以读取。请在安全的地方保留一份副本：没有该密钥，以后的上传会得到不同的假名；而拿到密钥的人可以把假名与其认识的患者对应起来。</translation>
    </message>
  </context>
  <context>
    <name>TreatmentChoice</name>
    <message>
      <source>{name} takes only what is de-identified by {profile}: its settings require it.</source>
      <translation>{name} 只接收按 {profile} 去标识化的文件：这是其设置的要求。</translation>
    </message>
    <message>
      <source>{host} is outside your own network: names, IDs and dates go there as they are.</source>
      <translation>{host} 在您自己的网络之外：姓名、编号和日期会原样发送到那里。</translation>
    </message>
    <message>
      <source>De-identification</source>
      <translation>去标识化</translation>
    </message>
    <message>
      <source>Add a profile file…</source>
      <translation>添加配置文件…</translation>
    </message>
  </context>
  <context>
    <name>TrialQuestion</name>
    <message>
      <source>Test upload</source>
      <translation>测试上传</translation>
    </message>
    <message>
      <source>Does this response mean that it was stored?</source>
      <translation>这个答复是否表示已经存储？</translation>
    </message>
    <message>
      <source>(nothing)</source>
      <translation>（空）</translation>
    </message>
    <message>
      <source>&amp;Yes, it was stored</source>
      <translation>是，已存储(&amp;Y)</translation>
    </message>
    <message>
      <source>&amp;No, or I don’t know</source>
      <translation>否，或不清楚(&amp;N)</translation>
    </message>
    <message>
      <source>Without a rule, Gantry treats this as a failure: {title}</source>
      <translation>Gantry 默认将其视为失败：{title}</translation>
    </message>
    <message>
      <source>Without a rule, Gantry treats this as delivered.</source>
      <translation>Gantry 默认将其视为已送达。</translation>
    </message>
    <message>
      <source>Without a rule, Gantry treats this as accepted, not proved.</source>
      <translation>Gantry 默认将其视为已接收、未证实。</translation>
    </message>
  </context>
  <context>
    <name>TrialRows</name>
    <message>
      <source>&amp;Test connection</source>
      <translation>测试连接(&amp;T)</translation>
    </message>
    <message>
      <source>Send a test &amp;upload…</source>
      <translation>发送测试上传(&amp;U)…</translation>
    </message>
    <message>
      <source>Sends a tiny synthetic image, shows the response, and asks what it means</source>
      <translation>发送一幅很小的合成图像，显示答复，并询问其含义</translation>
    </message>
  </context>
  <context>
    <name>Unread</name>
    <message>
      <source>Files could not be read</source>
      <translation>有文件无法读取</translation>
    </message>
    <message numerus="yes">
      <source>%Ln file(s) could not be read, even when tried again.</source>
      <translation>
        <numerusform>%Ln 个文件无法读取，重试后仍然失败。</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>… and %Ln more</source>
      <translation>
        <numerusform>……以及另外 %Ln 个</numerusform>
      </translation>
    </message>
    <message>
      <source>What is missing may be part of what you are about to send.</source>
      <translation>缺少的内容可能属于您即将发送的检查。</translation>
    </message>
    <message>
      <source>&amp;Try again</source>
      <translation>重试(&amp;T)</translation>
    </message>
    <message>
      <source>&amp;Send the rest</source>
      <translation>发送其余文件(&amp;S)</translation>
    </message>
    <message>
      <source>&amp;Don’t send</source>
      <translation>不发送(&amp;D)</translation>
    </message>
  </context>
  <context>
    <name>_Note</name>
    <message>
      <source>Details…</source>
      <translation>详情…</translation>
    </message>
    <message>
      <source>Dismiss</source>
      <translation>关闭</translation>
    </message>
  </context>
  <context>
    <name>destinations</name>
    <message>
      <source>Built in, for practice</source>
      <translation>内置，供练习使用</translation>
    </message>
    <message>
      <source>Practice (this computer)</source>
      <translation>练习（本机）</translation>
    </message>
  </context>
  <context>
    <name>doubts</name>
    <message>
      <source>{images} images arrived; {unread} could not be read.</source>
      <translation>{images} 幅图像已送达；{unread} 幅无法读取。</translation>
    </message>
    <message>
      <source>Images that were held and that you skipped: {skipped} of {images}.</source>
      <translation>被扣留且您选择跳过的图像：{images} 幅中的 {skipped} 幅。</translation>
    </message>
    <message>
      <source>The server may already have had images with the same UIDs; their content was not compared.</source>
      <translation>服务器之前可能已有相同 UID 的图像；其内容未经比对。</translation>
    </message>
    <message>
      <source>The server accepted it, but its response was empty: nothing says that it was stored.</source>
      <translation>服务器已接收，但答复为空：没有任何内容表明已存储。</translation>
    </message>
    <message>
      <source>The server accepted it, but its response does not say that it was stored: “{answer}”</source>
      <translation>服务器已接收，但其答复没有说明已存储：“{answer}”</translation>
    </message>
  </context>
  <context>
    <name>held</name>
    <message numerus="yes">
      <source>%Ln file(s) were held back</source>
      <translation>
        <numerusform>%Ln 个文件被扣留</numerusform>
      </translation>
    </message>
    <message>
      <source>and {n} more</source>
      <translation>以及另外 {n} 个</translation>
    </message>
    <message numerus="yes">
      <source>%Ln other file(s) of this upload are held, too.</source>
      <translation>
        <numerusform>此上传还有 %Ln 个文件被扣留。</numerusform>
      </translation>
    </message>
  </context>
  <context>
    <name>kinds</name>
    <message>
      <source>Folder or network share</source>
      <translation>文件夹或网络共享</translation>
    </message>
    <message>
      <source>Folder</source>
      <translation>文件夹</translation>
    </message>
    <message>
      <source>Folder for each upload</source>
      <translation>每个上传包的文件夹</translation>
    </message>
    <message>
      <source>Not needed for a folder.</source>
      <translation>文件夹不需要此步骤。</translation>
    </message>
    <message>
      <source>The system signs in to shares.</source>
      <translation>由系统登录共享。</translation>
    </message>
    <message>
      <source>The folder exists.</source>
      <translation>文件夹存在。</translation>
    </message>
    <message>
      <source>{size} bytes free</source>
      <translation>可用 {size} 字节</translation>
    </message>
    <message>
      <source>Upload address (form POST)</source>
      <translation>上传地址（表单 POST）</translation>
    </message>
    <message>
      <source>Address</source>
      <translation>地址</translation>
    </message>
    <message>
      <source>Client certificate</source>
      <translation>客户端证书</translation>
    </message>
    <message>
      <source>Key of the certificate</source>
      <translation>证书的密钥</translation>
    </message>
    <message>
      <source>Passphrase of the key</source>
      <translation>密钥的密码短语</translation>
    </message>
    <message>
      <source>Extra CA certificates</source>
      <translation>附加 CA 证书</translation>
    </message>
    <message>
      <source>Proxy</source>
      <translation>代理</translation>
    </message>
    <message>
      <source>Form field of the archive</source>
      <translation>存放归档的表单字段</translation>
    </message>
    <message>
      <source>Answer that means “stored”</source>
      <translation>表示“已存储”的答复</translation>
    </message>
    <message>
      <source>Redirect after the upload</source>
      <translation>上传后的重定向</translation>
    </message>
    <message>
      <source>A server responds there.</source>
      <translation>该地址有响应。</translation>
    </message>
    <message>
      <source>Not tested: what is posted can't be deleted.</source>
      <translation>未测试：上传的内容无法再删除。</translation>
    </message>
    <message>
      <source>Resumable upload server (tus)</source>
      <translation>可续传的上传服务器（tus）</translation>
    </message>
    <message>
      <source>the server's offset (tus)</source>
      <translation>服务器的偏移量（tus）</translation>
    </message>
    <message>
      <source>the server's offset and length (tus)</source>
      <translation>服务器的偏移量和长度（tus）</translation>
    </message>
    <message>
      <source>tus {version}</source>
      <translation>tus {version}</translation>
    </message>
    <message>
      <source>{size} bytes; archives are sent in pieces.</source>
      <translation>{size} 字节；归档分块发送。</translation>
    </message>
    <message>
      <source>None announced; archives are sent in pieces.</source>
      <translation>未声明；归档分块发送。</translation>
    </message>
    <message>
      <source>Not tested: the server does not delete.</source>
      <translation>未测试：服务器不支持删除。</translation>
    </message>
    <message>
      <source>DICOMweb server (STOW-RS)</source>
      <translation>DICOMweb 服务器（STOW-RS）</translation>
    </message>
    <message>
      <source>Compare images that were there before</source>
      <translation>比对服务器上原有的图像</translation>
    </message>
    <message>
      <source>QIDO-RS</source>
      <translation>QIDO-RS</translation>
    </message>
    <message>
      <source>the server's answers (STOW-RS)</source>
      <translation>服务器的应答（STOW-RS）</translation>
    </message>
    <message>
      <source>QIDO-RS responds.</source>
      <translation>QIDO-RS 有响应。</translation>
    </message>
    <message>
      <source>Orthanc server</source>
      <translation>Orthanc 服务器</translation>
    </message>
    <message>
      <source>Orthanc's list of instances</source>
      <translation>Orthanc 的实例列表</translation>
    </message>
    <message>
      <source>Orthanc's answers</source>
      <translation>Orthanc 的应答</translation>
    </message>
    <message>
      <source>Orthanc {version}</source>
      <translation>Orthanc {version}</translation>
    </message>
    <message>
      <source>Object store (S3)</source>
      <translation>对象存储（S3）</translation>
    </message>
    <message>
      <source>Endpoint</source>
      <translation>端点</translation>
    </message>
    <message>
      <source>Bucket</source>
      <translation>存储桶</translation>
    </message>
    <message>
      <source>Prefix</source>
      <translation>前缀</translation>
    </message>
    <message>
      <source>the store's answer (S3)</source>
      <translation>存储的应答（S3）</translation>
    </message>
    <message>
      <source>the store's answer, which checks the MD5 (S3)</source>
      <translation>存储的应答（已校验 MD5，S3）</translation>
    </message>
    <message>
      <source>the MD5 of each part (S3)</source>
      <translation>每个分段的 MD5（S3）</translation>
    </message>
    <message>
      <source>the store's MD5 (S3)</source>
      <translation>存储返回的 MD5（S3）</translation>
    </message>
    <message>
      <source>the store's SHA-256 (S3)</source>
      <translation>存储返回的 SHA-256（S3）</translation>
    </message>
    <message>
      <source>Bucket {bucket}</source>
      <translation>存储桶 {bucket}</translation>
    </message>
    <message>
      <source>Archives are sent in parts.</source>
      <translation>归档分块发送。</translation>
    </message>
    <message>
      <source>{size} bytes written. This key may not delete: {name} stays there.</source>
      <translation>已写入 {size} 字节。此密钥无权删除：{name} 会留在那里。</translation>
    </message>
    <message>
      <source>DICOM node (C-STORE)</source>
      <translation>DICOM 节点（C-STORE）</translation>
    </message>
    <message>
      <source>Host</source>
      <translation>主机</translation>
    </message>
    <message>
      <source>Port</source>
      <translation>端口</translation>
    </message>
    <message>
      <source>Called AE title</source>
      <translation>被叫 AE 标题</translation>
    </message>
    <message>
      <source>Calling AE title</source>
      <translation>主叫 AE 标题</translation>
    </message>
    <message>
      <source>C-FIND</source>
      <translation>C-FIND</translation>
    </message>
    <message>
      <source>the server's answers (C-STORE)</source>
      <translation>服务器的应答（C-STORE）</translation>
    </message>
    <message>
      <source>Plain DICOM is not encrypted.</source>
      <translation>普通 DICOM 连接不加密。</translation>
    </message>
    <message>
      <source>{called} accepts {calling}.</source>
      <translation>{called} 接受 {calling}。</translation>
    </message>
    <message>
      <source>Accepts {images}; does not respond to C-ECHO.</source>
      <translation>接受 {images}；不响应 C-ECHO。</translation>
    </message>
    <message>
      <source>Accepts {images}; responds to C-ECHO.</source>
      <translation>接受 {images}；响应 C-ECHO。</translation>
    </message>
    <message>
      <source>DICOM has none.</source>
      <translation>DICOM 没有大小限制。</translation>
    </message>
    <message>
      <source>XNAT project</source>
      <translation>XNAT 项目</translation>
    </message>
    <message>
      <source>Project</source>
      <translation>项目</translation>
    </message>
    <message>
      <source>Subject</source>
      <translation>受试者</translation>
    </message>
    <message>
      <source>Session</source>
      <translation>会话</translation>
    </message>
    <message>
      <source>XNAT's answer</source>
      <translation>XNAT 的应答</translation>
    </message>
    <message>
      <source>XNAT's list of files</source>
      <translation>XNAT 的文件列表</translation>
    </message>
    <message>
      <source>Project {project}</source>
      <translation>项目 {project}</translation>
    </message>
    <message>
      <source>Not tested: what is imported can't be deleted.</source>
      <translation>未测试：导入的内容无法再删除。</translation>
    </message>
  </context>
  <context>
    <name>leaving</name>
    <message>
      <source>Kept</source>
      <translation>保留</translation>
    </message>
    <message>
      <source>Removed</source>
      <translation>删除</translation>
    </message>
    <message>
      <source>Emptied</source>
      <translation>清空</translation>
    </message>
    <message>
      <source>Replaced</source>
      <translation>替换</translation>
    </message>
    <message>
      <source>Date shifted</source>
      <translation>日期平移</translation>
    </message>
    <message>
      <source>New UID</source>
      <translation>新 UID</translation>
    </message>
    <message>
      <source>New UID in text</source>
      <translation>文本中使用新 UID</translation>
    </message>
    <message>
      <source>Text cleaned</source>
      <translation>清理文本</translation>
    </message>
    <message>
      <source>Age limited</source>
      <translation>限制年龄</translation>
    </message>
    <message>
      <source>Pseudonym</source>
      <translation>假名</translation>
    </message>
    <message>
      <source>Masked</source>
      <translation>遮盖</translation>
    </message>
    <message>
      <source>Stored differently</source>
      <translation>存储方式不同</translation>
    </message>
    <message>
      <source>Added</source>
      <translation>添加</translation>
    </message>
    <message>
      <source>private, known to be technical</source>
      <translation>私有，已知为技术性</translation>
    </message>
    <message>
      <source>table of DICOM PS3.15</source>
      <translation>DICOM PS3.15 表</translation>
    </message>
    <message>
      <source>the profile’s own rule</source>
      <translation>方案自身的规则</translation>
    </message>
    <message>
      <source>made from the key</source>
      <translation>由密钥生成</translation>
    </message>
    <message>
      <source>private</source>
      <translation>私有</translation>
    </message>
    <message>
      <source>text that the table does not list</source>
      <translation>表中未列出的文本</translation>
    </message>
    <message>
      <source>bytes that may hold text</source>
      <translation>可能含有文本的字节</translation>
    </message>
    <message>
      <source>every UID</source>
      <translation>所有 UID</translation>
    </message>
    <message>
      <source>every date and time</source>
      <translation>所有日期和时间</translation>
    </message>
    <message>
      <source>head of the file, written again</source>
      <translation>文件头，已重写</translation>
    </message>
    <message>
      <source>says that the file is de-identified</source>
      <translation>说明文件已去标识</translation>
    </message>
    <message>
      <source>picture</source>
      <translation>图像</translation>
    </message>
    <message>
      <source>technical</source>
      <translation>技术性</translation>
    </message>
    <message>
      <source>option for dates</source>
      <translation>日期选项</translation>
    </message>
    <message>
      <source>option for descriptions</source>
      <translation>描述选项</translation>
    </message>
    <message>
      <source>option for the device</source>
      <translation>设备选项</translation>
    </message>
    <message>
      <source>option for patient characteristics</source>
      <translation>患者特征选项</translation>
    </message>
    <message>
      <source>option for the institution</source>
      <translation>机构选项</translation>
    </message>
    <message>
      <source>option for private elements</source>
      <translation>私有元素选项</translation>
    </message>
    <message>
      <source>option for UIDs</source>
      <translation>UID 选项</translation>
    </message>
    <message>
      <source>option for reports</source>
      <translation>报告选项</translation>
    </message>
    <message>
      <source>option for drawings</source>
      <translation>图形标注选项</translation>
    </message>
    <message>
      <source>an option of the profile</source>
      <translation>方案的选项</translation>
    </message>
    <message>
      <source>Leave the file out, or export it again.</source>
      <translation>请不要发送此文件，或重新导出。</translation>
    </message>
    <message>
      <source>Mask the text in the picture with “Masks…”, or leave the file out.</source>
      <translation>请用“遮盖…”遮盖图像中的文字，或不发送此文件。</translation>
    </message>
    <message>
      <source>Gantry can’t read all of this file, so it can’t clean it.</source>
      <translation>Gantry 无法完整读取此文件，因此无法去标识。</translation>
    </message>
    <message>
      <source>Something about the patient would still be in it.</source>
      <translation>其中仍会留有患者的信息。</translation>
    </message>
    <message>
      <source>Add a rule for this element to the profile, or leave the file out.</source>
      <translation>请在方案中为此元素添加规则，或不发送此文件。</translation>
    </message>
    <message>
      <source>The file says that text is burned into its picture.</source>
      <translation>文件标明图像中烧录了文字。</translation>
    </message>
    <message>
      <source>Pictures of this kind often name the patient.</source>
      <translation>此类图像上常有患者姓名。</translation>
    </message>
    <message>
      <source>This is a screenshot or a scan, which may name the patient.</source>
      <translation>这是截图或扫描件，可能有患者姓名。</translation>
    </message>
    <message>
      <source>This is a screenshot or a dose report, which may name the patient.</source>
      <translation>这是截图或剂量报告，可能有患者姓名。</translation>
    </message>
    <message>
      <source>The masks for its kind can’t be applied to a picture that is stored like this.</source>
      <translation>此类图像的遮盖无法应用于以这种方式存储的图像。</translation>
    </message>
    <message>
      <source>Leave the file out.</source>
      <translation>请不要发送此文件。</translation>
    </message>
    <message>
      <source>An overlay, which may name the patient, is among the bits of its pixels.</source>
      <translation>其像素的数值位中含有叠加层，其中可能有患者姓名。</translation>
    </message>
    <message>
      <source>This is a document, which Gantry can’t search.</source>
      <translation>这是文档，Gantry 无法搜索其内容。</translation>
    </message>
    <message>
      <source>This is an index of files, not an image.</source>
      <translation>这是文件索引，不是图像。</translation>
    </message>
    <message>
      <source>Leave the file out; the images don’t need it.</source>
      <translation>请不要发送此文件；图像不需要它。</translation>
    </message>
  </context>
  <context>
    <name>messages</name>
    <message>
      <source>A file is no longer there</source>
      <translation>文件已不存在</translation>
    </message>
    <message>
      <source>{path} was found during the scan and no longer exists.</source>
      <translation>扫描时找到了 {path}，但它现在已不存在。</translation>
    </message>
    <message>
      <source>Put it back and press Retry, or scan the folder again to send it without that file.</source>
      <translation>请把它放回原处后按“重试”，或者重新扫描该文件夹，发送时不含此文件。</translation>
    </message>
    <message>
      <source>A file changed during packing</source>
      <translation>打包时文件发生了变化</translation>
    </message>
    <message>
      <source>{path} changed while Gantry was reading it, so the archive would not match the file.</source>
      <translation>Gantry 读取 {path} 时它发生了更改，归档会与该文件不符。</translation>
    </message>
    <message>
      <source>Wait until the export or the copy is finished, then press Retry.</source>
      <translation>请等导出或复制完成后按“重试”。</translation>
    </message>
    <message>
      <source>A file changed since the scan</source>
      <translation>扫描后文件发生了变化</translation>
    </message>
    <message>
      <source>{path} is not the same as when the folder was scanned.</source>
      <translation>{path} 与扫描该文件夹时不同。</translation>
    </message>
    <message>
      <source>Scan the folder again, check what is in it, and send it again.</source>
      <translation>请重新扫描该文件夹，核对内容后重新发送。</translation>
    </message>
    <message>
      <source>A file is still being written</source>
      <translation>文件仍在写入</translation>
    </message>
    <message>
      <source>Another program is still writing {path}.</source>
      <translation>另一个程序仍在写入 {path}。</translation>
    </message>
    <message>
      <source>Gantry waits until the file is finished. If that takes too long, find out which program is writing it.</source>
      <translation>Gantry 会等待文件写入完成。如果等待过久，请查看是哪个程序在写入。</translation>
    </message>
    <message>
      <source>A file is locked by another program</source>
      <translation>文件被另一个程序锁定</translation>
    </message>
    <message>
      <source>Another program has {path} open and does not let others read it.</source>
      <translation>另一个程序正在使用 {path}，不允许其他程序读取。</translation>
    </message>
    <message>
      <source>Close the program that uses it, then press Retry.</source>
      <translation>请关闭正在使用它的程序，然后按“重试”。</translation>
    </message>
    <message>
      <source>No permission to read a file</source>
      <translation>没有读取文件的权限</translation>
    </message>
    <message>
      <source>You are not allowed to read {path}.</source>
      <translation>您没有读取 {path} 的权限。</translation>
    </message>
    <message>
      <source>Ask the owner of the folder for permission to read it, then press Retry.</source>
      <translation>请向该文件夹的所有者申请读取权限，然后按“重试”。</translation>
    </message>
    <message>
      <source>A ZIP needs its password</source>
      <translation>ZIP 需要密码</translation>
    </message>
    <message>
      <source>“{path}” is locked with a password that Gantry doesn’t know.</source>
      <translation>“{path}”已加密，Gantry 不知道其密码。</translation>
    </message>
    <message>
      <source>Drop the ZIP again and give the password, or set GANTRY_ZIP_PASSWORD for gantry-cli.</source>
      <translation>请再次拖入该 ZIP 并输入密码；使用 gantry-cli 时请设置 GANTRY_ZIP_PASSWORD。</translation>
    </message>
    <message>
      <source>A file can’t be read</source>
      <translation>文件无法读取</translation>
    </message>
    <message>
      <source>Reading {path} failed several times: the disk, CD or stick may be damaged.</source>
      <translation>多次读取 {path} 均失败：磁盘、光盘或 U 盘可能已损坏。</translation>
    </message>
    <message>
      <source>Copy the data from the original again, or try another drive.</source>
      <translation>请从原始来源重新复制数据，或换一个驱动器。</translation>
    </message>
    <message>
      <source>The source cannot be reached</source>
      <translation>无法访问数据来源</translation>
    </message>
    <message>
      <source>The drive or network share that holds {path} can no longer be reached.</source>
      <translation>存放 {path} 的驱动器或共享文件夹已无法访问。</translation>
    </message>
    <message>
      <source>Connect it again, then press Retry.</source>
      <translation>请重新连接，然后按“重试”。</translation>
    </message>
    <message>
      <source>Nothing to send</source>
      <translation>没有可发送的内容</translation>
    </message>
    <message>
      <source>There is no DICOM file among what was chosen.</source>
      <translation>所选内容中没有 DICOM 文件。</translation>
    </message>
    <message>
      <source>Look at the list of skipped files for the reasons, or choose another folder.</source>
      <translation>请在跳过文件的列表中查看原因，或选择其他文件夹。</translation>
    </message>
    <message>
      <source>The files can’t be prepared as planned</source>
      <translation>无法按计划处理文件</translation>
    </message>
    <message>
      <source>This upload was to be changed before sending, by rules or a key that this Gantry does not have. Nothing more was sent.</source>
      <translation>此上传在发送前需要按规则或密钥处理，但本机的 Gantry 没有这些规则或密钥。之后未再发送任何内容。</translation>
    </message>
    <message>
      <source>Use the version of Gantry and the rules it was planned with, or scan the folder again and send it.</source>
      <translation>请使用创建此上传时的 Gantry 版本和规则，或重新扫描文件夹后再发送。</translation>
    </message>
    <message>
      <source>A file could not be prepared for sending</source>
      <translation>有文件无法完成发送前的处理</translation>
    </message>
    <message>
      <source>Gantry could not apply the rules of this upload to {path}. Nothing of the upload was sent.</source>
      <translation>Gantry 无法对 {path} 应用此上传的规则。此上传的内容均未发送。</translation>
    </message>
    <message>
      <source>Look at the file. To send the others, scan the folder again without it.</source>
      <translation>请检查该文件。若要发送其他文件，请排除该文件后重新扫描文件夹。</translation>
    </message>
    <message>
      <source>A file was held back</source>
      <translation>有文件被扣留</translation>
    </message>
    <message>
      <source>{path} may still identify the patient, so it was not sent: {reason}.</source>
      <translation>{path} 可能仍会识别出患者，因此未发送：{reason}。</translation>
    </message>
    <message>
      <source>Nothing of this upload was sent. Send the rest, or change the profile or the masks and try again.</source>
      <translation>此上传的任何文件都未发送。可以只发送其余文件，或者修改配置或遮盖后重试。</translation>
    </message>
    <message>
      <source>Gantry can’t read all of {path}, so it can’t tell what it says about the patient. It was not sent.</source>
      <translation>Gantry 无法完整读取 {path}，因此无法判断其中有哪些患者信息。该文件未发送。</translation>
    </message>
    <message>
      <source>After rewriting, {path} still contains something of the patient: {value}. It was not sent.</source>
      <translation>改写之后，{path} 仍含有患者信息：{value}。该文件未发送。</translation>
    </message>
    <message>
      <source>{path} says that text is burned into its picture. It was not sent.</source>
      <translation>{path} 标明图像中烧录了文字。该文件未发送。</translation>
    </message>
    <message>
      <source>Pictures of the kind of {path} often show the patient’s name. It was not sent.</source>
      <translation>{path} 这类图像上常有患者姓名。该文件未发送。</translation>
    </message>
    <message>
      <source>{path} is a screenshot or a scan, which may show the patient’s name. It was not sent.</source>
      <translation>{path} 是截图或扫描件，可能显示患者姓名。该文件未发送。</translation>
    </message>
    <message>
      <source>{path} is a screenshot or a dose report, which may show the patient’s name. It was not sent.</source>
      <translation>{path} 是截图或剂量报告，可能显示患者姓名。该文件未发送。</translation>
    </message>
    <message>
      <source>{path} is a document, which Gantry can’t search for the patient’s name. It was not sent.</source>
      <translation>{path} 是文档，Gantry 无法在其中查找患者姓名。该文件未发送。</translation>
    </message>
    <message>
      <source>The masks for its kind can’t be applied to {path}, because of how its picture is stored. It was not sent.</source>
      <translation>由于 {path} 的图像存储方式，无法应用此类图像的遮盖。该文件未发送。</translation>
    </message>
    <message>
      <source>{path} has an overlay among the bits of its pixels, which may show the patient’s name. It was not sent.</source>
      <translation>{path} 的像素位中含有叠加层，可能显示患者姓名。该文件未发送。</translation>
    </message>
    <message>
      <source>{path} is an index of files, not an image. It was not sent.</source>
      <translation>{path} 是文件索引，不是图像。该文件未发送。</translation>
    </message>
    <message>
      <source>This destination takes nothing as it is</source>
      <translation>该目的地不接收未去标识化的文件</translation>
    </message>
    <message>
      <source>{destination} takes only what is de-identified by the profile in its settings. Nothing was sent.</source>
      <translation>{destination} 只接收按其设置中的配置去标识化的文件。未发送任何文件。</translation>
    </message>
    <message>
      <source>Choose that profile beside the destination.</source>
      <translation>请在目的地旁选择该配置。</translation>
    </message>
    <message>
      <source>Not a valid profile</source>
      <translation>配置无效</translation>
    </message>
    <message>
      <source>{path} can’t be used as a profile: {reason}.</source>
      <translation>{path} 不能用作去标识化配置：{reason}。</translation>
    </message>
    <message>
      <source>Correct the file, then add it again.</source>
      <translation>请改正文件，然后重新添加。</translation>
    </message>
    <message>
      <source>{path} can’t be read.</source>
      <translation>无法读取 {path}。</translation>
    </message>
    <message>
      <source>{path} is larger than 1 MB, so it is no profile.</source>
      <translation>{path} 大于 1 MB，不是去标识化配置。</translation>
    </message>
    <message>
      <source>{path} is not UTF-8 text.</source>
      <translation>{path} 不是 UTF-8 文本。</translation>
    </message>
    <message>
      <source>{path}, line {line}: this is not JSON.</source>
      <translation>{path} 第 {line} 行：不是有效的 JSON。</translation>
    </message>
    <message>
      <source>{path} does not say that its schema is “gantry.privacy/1”.</source>
      <translation>{path} 未声明其格式（schema）为“gantry.privacy/1”。</translation>
    </message>
    <message>
      <source>{path} needs a name of at most 64 characters.</source>
      <translation>{path} 需要一个不超过 64 个字符的名称（name）。</translation>
    </message>
    <message>
      <source>{path}, line {line}: a profile has no entry “{entry}”.</source>
      <translation>{path} 第 {line} 行：配置中没有“{entry}”这一项。</translation>
    </message>
    <message>
      <source>{path}, line {line}: “{entry}” takes only these values: {wanted}.</source>
      <translation>{path} 第 {line} 行：“{entry}”只能取以下值：{wanted}。</translation>
    </message>
    <message>
      <source>{path}, line {line}: the value of “{entry}” has the wrong form.</source>
      <translation>{path} 第 {line} 行：“{entry}”的值格式不正确。</translation>
    </message>
    <message>
      <source>{path}, line {line}: “{entry}” is no standard element.</source>
      <translation>{path} 第 {line} 行：“{entry}”不是标准元素。</translation>
    </message>
    <message>
      <source>{path}, line {line}: no rule can change “{entry}”.</source>
      <translation>{path} 第 {line} 行：任何规则都不能更改“{entry}”。</translation>
    </message>
    <message>
      <source>{path}, line {line}: “{entry}” is no VR that a rule may name.</source>
      <translation>{path} 第 {line} 行：“{entry}”不是规则可以使用的 VR。</translation>
    </message>
    <message>
      <source>{path}, line {line}: the action does not fit the element “{entry}”.</source>
      <translation>{path} 第 {line} 行：该操作不适用于元素“{entry}”。</translation>
    </message>
    <message>
      <source>{path}, line {line}: “{entry}” occurs a second time.</source>
      <translation>{path} 第 {line} 行：“{entry}”重复出现。</translation>
    </message>
    <message>
      <source>{path}, line {line}: “{entry}” is no private element, such as 0019xx0C.</source>
      <translation>{path} 第 {line} 行：“{entry}”不是私有元素（例如 0019xx0C）。</translation>
    </message>
    <message>
      <source>{path}, line {line}: “{entry}” is no mask for a kind of image.</source>
      <translation>{path} 第 {line} 行：“{entry}”不是某类图像的遮盖规则。</translation>
    </message>
    <message>
      <source>{path}, line {line}: “{entry}” is no list of texts of elements.</source>
      <translation>{path} 第 {line} 行：“{entry}”不是元素文本的列表。</translation>
    </message>
    <message>
      <source>{path}, line {line}: “{entry}” needs a placeholder such as {wanted}; without it, all patients would be one.</source>
      <translation>{path} 第 {line} 行：“{entry}”需要一个占位符，例如 {wanted}；没有它，所有患者会成为同一人。</translation>
    </message>
    <message>
      <source>{path}, line {line}: “{entry}” has more than one placeholder.</source>
      <translation>{path} 第 {line} 行：“{entry}”含有多个占位符。</translation>
    </message>
    <message>
      <source>{path}, line {line}: “{entry}” takes only a placeholder such as {wanted}.</source>
      <translation>{path} 第 {line} 行：“{entry}”只接受 {wanted} 这样的占位符。</translation>
    </message>
    <message>
      <source>{path}, line {line}: around its placeholder, “{entry}” takes only A–Z, a–z, 0–9, _ and -.</source>
      <translation>{path} 第 {line} 行：“{entry}”在占位符之外只能使用 A–Z、a–z、0–9、_ 和 -。</translation>
    </message>
    <message>
      <source>{path}, line {line}: the hash in “{entry}” needs at least {wanted} characters, so that no two patients become one.</source>
      <translation>{path} 第 {line} 行：“{entry}”中的哈希至少需要 {wanted} 个字符，以免两名患者成为同一人。</translation>
    </message>
    <message>
      <source>{path}, line {line}: “{entry}” gives pseudonyms that are too long. They may have 64 characters, of which the hash has at most {wanted}.</source>
      <translation>{path} 第 {line} 行：“{entry}”产生的假名过长。假名最多 64 个字符，其中哈希最多 {wanted} 个。</translation>
    </message>
    <message>
      <source>An archive is damaged</source>
      <translation>归档已损坏</translation>
    </message>
    <message>
      <source>The archive is no longer what was packed: {reason}.</source>
      <translation>归档与打包时的内容不一致：{reason}。</translation>
    </message>
    <message>
      <source>Press Retry: Gantry packs it again from the source files, which are untouched. If this keeps happening, have the disk and the virus scanner checked.</source>
      <translation>请按“重试”：Gantry 会用未受影响的源文件重新打包。如果反复出现，请检查磁盘和杀毒软件。</translation>
    </message>
    <message>
      <source>An archive changed after it was verified</source>
      <translation>归档在校验之后发生了变化</translation>
    </message>
    <message>
      <source>The archive of upload {parcel} changed on the disk after it was verified. It was not sent.</source>
      <translation>上传包 {parcel} 的归档在校验之后发生了变化，因此没有发送。</translation>
    </message>
    <message>
      <source>Gantry packs it again. If this keeps happening, have the disk checked.</source>
      <translation>Gantry 会重新打包。如果反复出现，请检查磁盘。</translation>
    </message>
    <message>
      <source>Not a Gantry archive</source>
      <translation>不是 Gantry 的归档</translation>
    </message>
    <message>
      <source>The archive has no manifest that Gantry can read, so there is nothing to verify it against.</source>
      <translation>该归档中没有 Gantry 能读取的清单，无法进行校验。</translation>
    </message>
    <message>
      <source>Check that it is the right file.</source>
      <translation>请确认文件是否正确。</translation>
    </message>
    <message>
      <source>An archive of another version of Gantry</source>
      <translation>由其他版本的 Gantry 生成的归档</translation>
    </message>
    <message>
      <source>The archive’s manifest has a version that this Gantry does not know, so it can’t verify the archive.</source>
      <translation>此 Gantry 不支持该归档的清单版本，因此无法校验该归档。</translation>
    </message>
    <message>
      <source>Update Gantry.</source>
      <translation>请更新 Gantry。</translation>
    </message>
    <message>
      <source>An archive is gone</source>
      <translation>归档已不存在</translation>
    </message>
    <message>
      <source>A packed archive is no longer in the spool folder, or can’t be read there. A virus scanner may have taken it.</source>
      <translation>打包好的归档已不在暂存文件夹中，或无法读取。可能已被杀毒软件移走。</translation>
    </message>
    <message>
      <source>Press Retry: Gantry packs it again. If it disappears again, exclude the spool folder from the virus scanner.</source>
      <translation>请按“重试”，Gantry 会重新打包。如果再次消失，请将暂存文件夹加入杀毒软件的排除列表。</translation>
    </message>
    <message>
      <source>The disk is full</source>
      <translation>磁盘已满</translation>
    </message>
    <message>
      <source>Packing needs {needed} of free space in the spool folder {folder}, but only {free} is free.</source>
      <translation>打包需要暂存文件夹 {folder} 有 {needed} 可用空间，但目前只有 {free}。</translation>
    </message>
    <message>
      <source>Free some space, or choose another spool folder in the settings. Gantry waits for a while and then continues; after that, press Retry.</source>
      <translation>请腾出空间，或在设置中选择其他暂存文件夹。Gantry 会等待一段时间，空间足够后自动继续；超过该时间后请按“重试”。</translation>
    </message>
    <message>
      <source>The spool folder can’t be written to</source>
      <translation>无法写入暂存文件夹</translation>
    </message>
    <message>
      <source>Gantry can’t write to its spool folder {folder}.</source>
      <translation>Gantry 无法写入暂存文件夹 {folder}。</translation>
    </message>
    <message>
      <source>Check that the folder exists and that you have permission to write to it, or choose another one in the settings.</source>
      <translation>请确认该文件夹存在且您有写入权限，或在设置中选择其他文件夹。</translation>
    </message>
    <message>
      <source>This is one of Gantry’s own folders</source>
      <translation>这是 Gantry 自己的文件夹</translation>
    </message>
    <message>
      <source>Gantry keeps its own files in {folder}, or in a folder above it.</source>
      <translation>Gantry 在 {folder} 或其上级文件夹中存放自己的文件。</translation>
    </message>
    <message>
      <source>Choose another folder.</source>
      <translation>请选择其他文件夹。</translation>
    </message>
    <message>
      <source>The destination is one of Gantry’s own folders</source>
      <translation>目的地是 Gantry 自己的文件夹</translation>
    </message>
    <message>
      <source>{folder} can’t be a destination: Gantry keeps its own files there and deletes them when they are no longer needed. Nothing was sent.</source>
      <translation>{folder} 不能作为目的地：Gantry 在其中存放自身的文件，不再需要时会将其删除。未发送任何内容。</translation>
    </message>
    <message>
      <source>Choose another folder as the destination, or another spool folder in the settings.</source>
      <translation>请选择其他文件夹作为目的地，或在设置中选择其他暂存文件夹。</translation>
    </message>
    <message>
      <source>The spool folder is already in use</source>
      <translation>该暂存文件夹已作他用</translation>
    </message>
    <message>
      <source>{folder} can’t be the spool folder: it is a destination, or Gantry keeps other files there.</source>
      <translation>{folder} 不能作为暂存文件夹：它是一个目的地，或 Gantry 在其中存放其他文件。</translation>
    </message>
    <message>
      <source>Choose another spool folder in the settings.</source>
      <translation>请在设置中选择其他暂存文件夹。</translation>
    </message>
    <message>
      <source>The output folder is one of Gantry’s own folders</source>
      <translation>输出文件夹是 Gantry 自己的文件夹</translation>
    </message>
    <message>
      <source>{folder} can’t hold the archives: Gantry keeps its own files there and deletes them when they are no longer needed.</source>
      <translation>{folder} 不能存放归档：Gantry 在其中存放自身的文件，不再需要时会将其删除。</translation>
    </message>
    <message>
      <source>The receiver’s folder is one of Gantry’s own folders</source>
      <translation>接收文件夹是 Gantry 自己的文件夹</translation>
    </message>
    <message>
      <source>{folder} can’t hold what the receiver stores: Gantry keeps its own files there and deletes them when they are no longer needed.</source>
      <translation>{folder} 不能存放接收的内容：Gantry 在其中存放自身的文件，不再需要时会将其删除。</translation>
    </message>
    <message>
      <source>Choose another folder with --root.</source>
      <translation>请用 --root 指定其他文件夹。</translation>
    </message>
    <message>
      <source>The folder can’t be reached</source>
      <translation>无法访问文件夹</translation>
    </message>
    <message>
      <source>The folder {folder} can’t be reached: the share is not connected, or the folder was renamed or deleted.</source>
      <translation>无法访问文件夹 {folder}：共享未连接，或该文件夹已被重命名或删除。</translation>
    </message>
    <message>
      <source>Connect the share or create the folder, then press Retry. Gantry does not create it, because a missing share would then go unnoticed.</source>
      <translation>请连接共享或创建该文件夹，然后按“重试”。Gantry 不会自动创建它，否则无法发现共享未连接。</translation>
    </message>
    <message>
      <source>The destination’s disk is full</source>
      <translation>目的地的磁盘已满</translation>
    </message>
    <message>
      <source>The archive needs {needed} more in {folder}, but only {free} is free.</source>
      <translation>归档在 {folder} 中还需要 {needed}，但可用空间只有 {free}。</translation>
    </message>
    <message>
      <source>Free some space there, then press Retry. What has been copied is kept.</source>
      <translation>请在那里腾出空间，然后按“重试”；已复制的部分会保留。</translation>
    </message>
    <message>
      <source>No permission to write there</source>
      <translation>没有写入权限</translation>
    </message>
    <message>
      <source>You do not have permission to write to {folder}.</source>
      <translation>您没有写入 {folder} 的权限。</translation>
    </message>
    <message>
      <source>Ask the owner of the share for permission to write, then press Retry.</source>
      <translation>请向该共享的所有者申请写入权限，然后按“重试”。</translation>
    </message>
    <message>
      <source>The file can’t be written</source>
      <translation>文件无法写入</translation>
    </message>
    <message>
      <source>Gantry can’t write {path}.</source>
      <translation>Gantry 无法写入 {path}。</translation>
    </message>
    <message>
      <source>Choose another folder, or close the program that has the file open, then try again.</source>
      <translation>请选择其他文件夹，或关闭占用该文件的程序，然后重试。</translation>
    </message>
    <message>
      <source>Invalid label</source>
      <translation>标签无效</translation>
    </message>
    <message>
      <source>The label {label} can’t be used.</source>
      <translation>标签 {label} 不能使用。</translation>
    </message>
    <message>
      <source>Correct it. Nothing was sent.</source>
      <translation>请更正。没有发送任何内容。</translation>
    </message>
    <message>
      <source>{label} is not a name for a label.</source>
      <translation>{label} 不能用作标签名称。</translation>
    </message>
    <message>
      <source>A name begins with a letter; letters, digits, spaces and . _ - follow, at most 63 characters.</source>
      <translation>名称以字母或汉字开头，后面可用字母、汉字、数字、空格和 . _ -，最多 63 个字符。</translation>
    </message>
    <message>
      <source>The label {label} has no value.</source>
      <translation>标签 {label} 没有值。</translation>
    </message>
    <message>
      <source>Write NAME=VALUE, for example subject=S01.</source>
      <translation>请写成 名称=值，例如 subject=S01。</translation>
    </message>
    <message>
      <source>The value of the label {label} has a line break or a character that can’t be seen.</source>
      <translation>标签 {label} 的值含有换行或不可见字符。</translation>
    </message>
    <message>
      <source>Type the value again.</source>
      <translation>请重新输入该值。</translation>
    </message>
    <message>
      <source>The value that begins with {value} is too long: at most {most} characters are possible there.</source>
      <translation>以“{value}”开头的值太长：此处最多 {most} 个字符。</translation>
    </message>
    <message>
      <source>Choose a shorter one. Nothing is ever cut off.</source>
      <translation>请改用较短的值。Gantry 从不截断。</translation>
    </message>
    <message>
      <source>One upload can have {most} labels; these are {count}.</source>
      <translation>一次上传最多 {most} 个标签，现在有 {count} 个。</translation>
    </message>
    <message>
      <source>Give fewer labels.</source>
      <translation>请减少标签。</translation>
    </message>
    <message>
      <source>The label {label} has two values: {value} and {other}.</source>
      <translation>标签 {label} 有两个值：{value} 和 {other}。</translation>
    </message>
    <message>
      <source>Give one of them.</source>
      <translation>请只给出其中一个。</translation>
    </message>
    <message>
      <source>Invalid template</source>
      <translation>模板无效</translation>
    </message>
    <message>
      <source>The template {template} has an error at character {at}.</source>
      <translation>模板 {template} 在第 {at} 个字符处有误。</translation>
    </message>
    <message>
      <source>In braces there can be label:NAME, study_uid, parcel, sha256, size, date or modality; a brace itself is written twice.</source>
      <translation>花括号中可以是 label:名称、study_uid、parcel、sha256、size、date 或 modality；花括号本身要写两遍。</translation>
    </message>
    <message>
      <source>A label is missing</source>
      <translation>缺少标签</translation>
    </message>
    <message>
      <source>The destination needs the label {label}, and {study} has none.</source>
      <translation>目的地需要标签 {label}，但 {study} 没有。</translation>
    </message>
    <message>
      <source>Set it with --label or in the table. Nothing was sent.</source>
      <translation>请用 --label 或在表格中设置。没有发送任何内容。</translation>
    </message>
    <message>
      <source>A value is missing</source>
      <translation>缺少值</translation>
    </message>
    <message>
      <source>The destination needs {field}, and {study} has none.</source>
      <translation>目的地需要 {field}，但 {study} 没有。</translation>
    </message>
    <message>
      <source>Change the template of the destination. Nothing was sent.</source>
      <translation>请修改目的地的模板。没有发送任何内容。</translation>
    </message>
    <message>
      <source>Two names become one</source>
      <translation>两个名称变成同一个</translation>
    </message>
    <message>
      <source>{value} and {other} would both become {name}, because other characters are not possible there.</source>
      <translation>{value} 和 {other} 都会变成 {name}，因为那里不能使用其他字符。</translation>
    </message>
    <message>
      <source>Change one of the labels. Nothing was sent.</source>
      <translation>请修改其中一个标签。没有发送任何内容。</translation>
    </message>
    <message>
      <source>The labels contradict each other</source>
      <translation>标签互相矛盾</translation>
    </message>
    <message>
      <source>The labels of this upload contradict each other.</source>
      <translation>这次上传的标签互相矛盾。</translation>
    </message>
    <message>
      <source>Correct them. Nothing was sent.</source>
      <translation>请更正。没有发送任何内容。</translation>
    </message>
    <message>
      <source>Two patients, one subject</source>
      <translation>两名患者，一个受试者</translation>
    </message>
    <message>
      <source>Two patients would become the subject {value}.</source>
      <translation>两名患者都会变成受试者 {value}。</translation>
    </message>
    <message>
      <source>Give each patient a subject. Nothing was sent.</source>
      <translation>请为每名患者各设一个受试者编号。没有发送任何内容。</translation>
    </message>
    <message>
      <source>One patient, two subjects</source>
      <translation>一名患者，两个受试者</translation>
    </message>
    <message>
      <source>The studies of one patient have different subjects: {value} and {other}.</source>
      <translation>同一患者的检查有不同的受试者编号：{value} 和 {other}。</translation>
    </message>
    <message>
      <source>Give all studies of a patient the same subject. Nothing was sent.</source>
      <translation>请为同一患者的所有检查设置相同的受试者编号。没有发送任何内容。</translation>
    </message>
    <message>
      <source>One session, two subjects</source>
      <translation>一个会话，两个受试者</translation>
    </message>
    <message>
      <source>The session {value} would belong to two subjects; a session’s name is unique in an XNAT project.</source>
      <translation>会话 {value} 会属于两个受试者；在 XNAT 项目中，会话名称是唯一的。</translation>
    </message>
    <message>
      <source>Name the sessions differently, or let the destination’s option “session” join subject and session. Nothing was sent.</source>
      <translation>请为会话取不同的名称，或用目的地的“session”选项把受试者和会话连在一起。没有发送任何内容。</translation>
    </message>
    <message>
      <source>Different labels in one upload</source>
      <translation>同一上传包中的标签不同</translation>
    </message>
    <message>
      <source>Studies that are sent together have different values of the label {label}.</source>
      <translation>一起发送的检查，其标签 {label} 的值不同。</translation>
    </message>
    <message>
      <source>Send each study as an upload of its own: --parcel study. Nothing was sent.</source>
      <translation>请把每个检查作为单独的上传包发送：--parcel study。没有发送任何内容。</translation>
    </message>
    <message>
      <source>A label identifies the patient</source>
      <translation>标签会暴露患者身份</translation>
    </message>
    <message>
      <source>The label {label} of {study}, which is to be de-identified, contains a name, an ID or a date of the patient.</source>
      <translation>{study} 将被去标识化，但其标签 {label} 含有患者的姓名、编号或日期。</translation>
    </message>
    <message>
      <source>Labels leave this computer with the images: choose another value. Nothing was sent.</source>
      <translation>标签会随图像一起离开本机：请改用其他值。没有发送任何内容。</translation>
    </message>
    <message>
      <source>Studies without labels</source>
      <translation>没有标签的检查</translation>
    </message>
    <message>
      <source>{count} of the studies have no row in the table.</source>
      <translation>有 {count} 个检查在表格中没有对应的行。</translation>
    </message>
    <message>
      <source>Add a row for each of them; cells for labels may stay empty. Nothing was sent.</source>
      <translation>请为每个检查添加一行；标签单元格可以留空。没有发送任何内容。</translation>
    </message>
    <message>
      <source>Studies with several rows</source>
      <translation>对应多行的检查</translation>
    </message>
    <message>
      <source>{count} of the studies match several rows of the table.</source>
      <translation>有 {count} 个检查对应表格中的多行。</translation>
    </message>
    <message>
      <source>Leave one row for each study, or add a column that tells them apart, such as StudyInstanceUID. Nothing was sent.</source>
      <translation>请为每个检查只保留一行，或添加能够区分它们的列，例如 StudyInstanceUID。没有发送任何内容。</translation>
    </message>
    <message>
      <source>A label does not fit the preset</source>
      <translation>标签不符合预设</translation>
    </message>
    <message>
      <source>The label {label} does not fit the preset.</source>
      <translation>标签 {label} 不符合预设。</translation>
    </message>
    <message>
      <source>The preset needs the label {label}, and {study} has none.</source>
      <translation>预设要求标签 {label}，而 {study} 没有。</translation>
    </message>
    <message>
      <source>The label {label} can’t be {value}: the preset takes {wanted} only.</source>
      <translation>标签 {label} 不能是 {value}：预设只接受 {wanted}。</translation>
    </message>
    <message>
      <source>The label {label} can’t be {value}. The preset takes only: {wanted}.</source>
      <translation>标签 {label} 不能是 {value}。预设只接受：{wanted}。</translation>
    </message>
    <message>
      <source>The label {label} has different values in the studies of one patient.</source>
      <translation>同一患者的检查中，标签 {label} 的值不同。</translation>
    </message>
    <message>
      <source>The preset wants one value for each patient. Correct the table. Nothing was sent.</source>
      <translation>预设要求每位患者只有一个值。请更正表格。未发送任何文件。</translation>
    </message>
    <message>
      <source>The label {label} has different values in this upload.</source>
      <translation>此上传中标签 {label} 的值不同。</translation>
    </message>
    <message>
      <source>The preset wants one value for all. Correct the table. Nothing was sent.</source>
      <translation>预设要求全部使用同一个值。请更正表格。未发送任何文件。</translation>
    </message>
    <message>
      <source>The table of labels can’t be used</source>
      <translation>标签表格不能使用</translation>
    </message>
    <message>
      <source>The table can’t be used.</source>
      <translation>该表格不能使用。</translation>
    </message>
    <message>
      <source>Correct the cell and save the table again. Nothing was sent.</source>
      <translation>请更正该单元格并重新保存表格。没有发送任何内容。</translation>
    </message>
    <message>
      <source>The table can’t be read.</source>
      <translation>无法读取该表格。</translation>
    </message>
    <message>
      <source>Check its name, and whether you may read it. If another program has it open, close it there.</source>
      <translation>请检查文件名以及您是否有读取权限。如果其他程序打开了它，请先在那里关闭。</translation>
    </message>
    <message>
      <source>The table is too large: 100,000 rows are possible.</source>
      <translation>表格太大：最多 100,000 行。</translation>
    </message>
    <message>
      <source>Divide it.</source>
      <translation>请把它拆分。</translation>
    </message>
    <message>
      <source>The table is empty.</source>
      <translation>表格是空的。</translation>
    </message>
    <message>
      <source>gantry-cli labels writes one to fill in.</source>
      <translation>gantry-cli labels 可以生成一个供填写的表格。</translation>
    </message>
    <message>
      <source>The table is an old Excel workbook (.xls), or locked by a password.</source>
      <translation>该表格是旧版 Excel 工作簿（.xls），或设有密码。</translation>
    </message>
    <message>
      <source>Save it as an Excel workbook (.xlsx) without a password, or as CSV.</source>
      <translation>请另存为不带密码的 Excel 工作簿（.xlsx）或 CSV。</translation>
    </message>
    <message>
      <source>The table is not an Excel workbook that can be read.</source>
      <translation>该表格不是可以读取的 Excel 工作簿。</translation>
    </message>
    <message>
      <source>Save it as an Excel workbook (.xlsx) or as CSV.</source>
      <translation>请另存为 Excel 工作簿（.xlsx）或 CSV。</translation>
    </message>
    <message>
      <source>It is unclear in which encoding the table was saved.</source>
      <translation>无法确定表格保存时使用的编码。</translation>
    </message>
    <message>
      <source>Save it as “CSV UTF-8” or as an Excel workbook (.xlsx).</source>
      <translation>请另存为“CSV UTF-8”或 Excel 工作簿（.xlsx）。</translation>
    </message>
    <message>
      <source>Line {line} has quotation marks that don’t belong together.</source>
      <translation>第 {line} 行的引号不成对。</translation>
    </message>
    <message>
      <source>Correct the line, or save the table again with a spreadsheet program.</source>
      <translation>请更正该行，或用电子表格程序重新保存。</translation>
    </message>
    <message>
      <source>{header}, in the first row, is neither a column to match by nor a name for a label.</source>
      <translation>第一行中的 {header} 既不是用于匹配的列，也不能用作标签名称。</translation>
    </message>
    <message>
      <source>The first row names the columns. A column whose name begins with # is ignored.</source>
      <translation>第一行是各列的名称。名称以 # 开头的列会被忽略。</translation>
    </message>
    <message>
      <source>Two columns are called {header}.</source>
      <translation>有两列都叫 {header}。</translation>
    </message>
    <message>
      <source>Name each column differently.</source>
      <translation>请为每列取不同的名称。</translation>
    </message>
    <message>
      <source>No column of the table says which study a row belongs to.</source>
      <translation>表格中没有说明每行属于哪个检查的列。</translation>
    </message>
    <message>
      <source>Name one of them PatientID, PatientName, StudyInstanceUID, AccessionNumber or Folder in the first row.</source>
      <translation>请在第一行把其中一列命名为 PatientID、PatientName、StudyInstanceUID、AccessionNumber 或 Folder。</translation>
    </message>
    <message>
      <source>No column of the table is a label.</source>
      <translation>表格中没有标签列。</translation>
    </message>
    <message>
      <source>Add a column, for example subject.</source>
      <translation>请添加一列，例如 subject。</translation>
    </message>
    <message>
      <source>Line {line} has more cells than the first row has columns.</source>
      <translation>第 {line} 行的单元格多于第一行的列数。</translation>
    </message>
    <message>
      <source>If a value contains a comma or a semicolon, put it in quotation marks.</source>
      <translation>如果值中含有逗号或分号，请加上引号。</translation>
    </message>
    <message>
      <source>Line {line} does not say which study it belongs to.</source>
      <translation>第 {line} 行没有说明它属于哪个检查。</translation>
    </message>
    <message>
      <source>Fill in a cell in a column such as PatientID, or delete the line.</source>
      <translation>请在 PatientID 等列中填写单元格，或删除该行。</translation>
    </message>
    <message>
      <source>Line {line}, column {column} ({header}): the cell is a date, probably made by the spreadsheet program.</source>
      <translation>第 {line} 行第 {column} 列（{header}）：单元格是日期，可能是电子表格程序自动转换的。</translation>
    </message>
    <message>
      <source>Format the column as text and type the value again.</source>
      <translation>请把该列设为文本格式，然后重新输入该值。</translation>
    </message>
    <message>
      <source>Line {line}, column {column} ({header}): the number has more digits than a spreadsheet program keeps, so its last digits are wrong.</source>
      <translation>第 {line} 行第 {column} 列（{header}）：该数字的位数超过了电子表格程序能保留的位数，因此末尾数字有误。</translation>
    </message>
    <message>
      <source>Line {line}, column {column} ({header}): the cell has the error {value}.</source>
      <translation>第 {line} 行第 {column} 列（{header}）：单元格含有错误 {value}。</translation>
    </message>
    <message>
      <source>Line {line}, column {column} ({header}): the cell has a formula without a result.</source>
      <translation>第 {line} 行第 {column} 列（{header}）：单元格中的公式没有结果。</translation>
    </message>
    <message>
      <source>Open the table in a spreadsheet program and save it again.</source>
      <translation>请用电子表格程序打开该表格并重新保存。</translation>
    </message>
    <message>
      <source>Line {line}, column {column} ({header}): the value has a line break or a character that can’t be seen.</source>
      <translation>第 {line} 行第 {column} 列（{header}）：值含有换行或不可见字符。</translation>
    </message>
    <message>
      <source>Line {line}, column {column} ({header}): the value is longer than 256 characters.</source>
      <translation>第 {line} 行第 {column} 列（{header}）：值超过 256 个字符。</translation>
    </message>
    <message>
      <source>The table has more than 32 labels.</source>
      <translation>表格中的标签超过 32 个。</translation>
    </message>
    <message>
      <source>Begin the names of columns that are no labels with #, or delete them.</source>
      <translation>对于不是标签的列，请让列名以 # 开头，或删除这些列。</translation>
    </message>
    <message>
      <source>The address can’t be used</source>
      <translation>地址无法使用</translation>
    </message>
    <message>
      <source>“{url}” is not an address that Gantry can send to.</source>
      <translation>“{url}”不是 Gantry 可以发送到的地址。</translation>
    </message>
    <message>
      <source>Correct the address in the settings of this destination.</source>
      <translation>请在该目的地的设置中更正地址。</translation>
    </message>
    <message>
      <source>No address</source>
      <translation>没有地址</translation>
    </message>
    <message>
      <source>The destination has no address.</source>
      <translation>该目的地没有地址。</translation>
    </message>
    <message>
      <source>Enter one: a folder, or an address that begins with https://.</source>
      <translation>请输入一个地址：文件夹，或以 https:// 开头的地址。</translation>
    </message>
    <message>
      <source>Unknown kind of address</source>
      <translation>未知的地址类型</translation>
    </message>
    <message>
      <source>“{url}” does not begin like an address that Gantry can send to.</source>
      <translation>“{url}”的开头不符合 Gantry 支持的任何地址类型。</translation>
    </message>
    <message>
      <source>Enter a folder, or an address that begins with https:// or one of the other kinds in the list of destinations.</source>
      <translation>请输入文件夹，或以 https:// 或目的地列表中其他类型开头的地址。</translation>
    </message>
    <message>
      <source>The address has no server name</source>
      <translation>地址中没有服务器名</translation>
    </message>
    <message>
      <source>There is no usable server name in “{url}”.</source>
      <translation>“{url}”中没有可用的服务器名。</translation>
    </message>
    <message>
      <source>Enter the whole address, such as https://server.example/upload.</source>
      <translation>请输入完整地址，例如 https://server.example/upload。</translation>
    </message>
    <message>
      <source>The port is not a number</source>
      <translation>端口不是数字</translation>
    </message>
    <message>
      <source>The port in “{url}” is not a number from 1 to 65535.</source>
      <translation>“{url}”中的端口不是 1 到 65535 之间的数字。</translation>
    </message>
    <message>
      <source>Correct the port number after the colon, or remove both.</source>
      <translation>请更正冒号后的端口号，或把冒号和端口号都删除。</translation>
    </message>
    <message>
      <source>The folder’s path is incomplete</source>
      <translation>文件夹路径不完整</translation>
    </message>
    <message>
      <source>“{url}” does not name a folder from its root.</source>
      <translation>“{url}”不是从根目录开始的完整路径。</translation>
    </message>
    <message>
      <source>Enter the whole path, such as D:\out or \\server\share\folder.</source>
      <translation>请输入完整路径，例如 D:\out 或 \\server\share\folder。</translation>
    </message>
    <message>
      <source>A Windows path on another system</source>
      <translation>在其他系统上使用了 Windows 路径</translation>
    </message>
    <message>
      <source>“{url}” can only be reached from Windows.</source>
      <translation>“{url}”只能从 Windows 访问。</translation>
    </message>
    <message>
      <source>Connect the share on this computer, and choose the folder that it then appears in.</source>
      <translation>请在本机连接该共享文件夹，然后选择它所在的文件夹。</translation>
    </message>
    <message>
      <source>Unknown setting of a destination</source>
      <translation>目的地的某项设置无法识别</translation>
    </message>
    <message>
      <source>The destination {destination} has a value for {setting} that this version of Gantry does not know. Nothing was sent.</source>
      <translation>目的地 {destination} 的 {setting} 的值是此版本的 Gantry 无法识别的。未发送任何内容。</translation>
    </message>
    <message>
      <source>Update Gantry, or edit the destination and choose another value.</source>
      <translation>请更新 Gantry，或编辑该目的地并选择其他值。</translation>
    </message>
    <message>
      <source>A certificate file can’t be used</source>
      <translation>证书文件无法使用</translation>
    </message>
    <message>
      <source>The file with the certificate or its key can’t be read, or contains something else.</source>
      <translation>证书或其密钥的文件无法读取，或内容不是证书或密钥。</translation>
    </message>
    <message>
      <source>Choose the right PEM files in the settings of this destination.</source>
      <translation>请在该目的地的设置中选择正确的 PEM 文件。</translation>
    </message>
    <message>
      <source>The certificate’s key is locked</source>
      <translation>证书的密钥受密码短语保护</translation>
    </message>
    <message>
      <source>The key of the client certificate has a passphrase. None is stored, or the stored one is wrong.</source>
      <translation>客户端证书的密钥设有密码短语。未保存该短语，或保存的短语不正确。</translation>
    </message>
    <message>
      <source>Enter it in the settings of this destination, under More. For one run of gantry-cli, set GANTRY_SECRET_CLIENT_KEY.</source>
      <translation>请在该目的地设置的“更多”中输入。如只用于一次 gantry-cli 运行，请设置环境变量 GANTRY_SECRET_CLIENT_KEY。</translation>
    </message>
    <message>
      <source>Unknown destination</source>
      <translation>未知的目的地</translation>
    </message>
    <message>
      <source>There is no destination called “{destination}” in the settings.</source>
      <translation>设置中没有名为“{destination}”的目的地。</translation>
    </message>
    <message>
      <source>Choose one from the list, or add it in the settings.</source>
      <translation>请从列表中选择一个，或在设置中添加。</translation>
    </message>
    <message>
      <source>The server’s name can’t be found</source>
      <translation>找不到服务器名称</translation>
    </message>
    <message>
      <source>No address could be found for {host}.</source>
      <translation>找不到 {host} 的地址。</translation>
    </message>
    <message>
      <source>Check the spelling of the address, and whether this computer is online. Check the network cable, the Wi-Fi or the VPN, then try again.</source>
      <translation>请检查地址拼写，以及本机是否已联网。请检查网线、Wi-Fi 或 VPN，然后重试。</translation>
    </message>
    <message>
      <source>The server does not answer</source>
      <translation>服务器没有响应</translation>
    </message>
    <message>
      <source>{host} is there, but nothing accepts connections at this port.</source>
      <translation>{host} 存在，但该端口不接受连接。</translation>
    </message>
    <message>
      <source>Check the port in the address, then try again: the server may be restarting. If this keeps happening, ask its administrator.</source>
      <translation>请检查地址中的端口，然后重试：服务器可能正在重启。如果一直如此，请询问其管理员。</translation>
    </message>
    <message>
      <source>No route to the server</source>
      <translation>没有通往服务器的路由</translation>
    </message>
    <message>
      <source>The network has no route from this computer to {host}.</source>
      <translation>网络中没有从本机到 {host} 的路由。</translation>
    </message>
    <message>
      <source>Check the network cable, the Wi-Fi or the VPN, then try again.</source>
      <translation>请检查网线、Wi-Fi 或 VPN，然后重试。</translation>
    </message>
    <message>
      <source>The server takes too long</source>
      <translation>服务器响应太慢</translation>
    </message>
    <message>
      <source>{host} did not answer within {seconds} seconds.</source>
      <translation>{host} 在 {seconds} 秒内没有响应。</translation>
    </message>
    <message>
      <source>The server can’t be reached</source>
      <translation>无法连接服务器</translation>
    </message>
    <message>
      <source>Gantry could not connect to {host}. A firewall may be blocking it, or the server is down.</source>
      <translation>Gantry 无法连接 {host}。可能被防火墙阻止，或者服务器已停机。</translation>
    </message>
    <message>
      <source>Check the network cable, the Wi-Fi or the VPN, then try again. If this keeps happening, ask whether a firewall is in the way.</source>
      <translation>请检查网线、Wi-Fi 或 VPN，然后重试。如果一直如此，请询问是否有防火墙阻止。</translation>
    </message>
    <message>
      <source>The server received everything but does not respond</source>
      <translation>服务器已收到全部数据但没有答复</translation>
    </message>
    <message>
      <source>All bytes were sent to {host}, but no response came within {seconds} seconds.</source>
      <translation>全部数据都已发往 {host}，但 {seconds} 秒内没有收到答复。</translation>
    </message>
    <message>
      <source>Gantry asks what arrived before it sends again. If this keeps happening, ask the administrator of {host} whether the server is overloaded.</source>
      <translation>Gantry 会先询问收到了什么，再决定是否重发。如果一直如此，请询问 {host} 的管理员服务器是否过载。</translation>
    </message>
    <message>
      <source>The connection was cut</source>
      <translation>连接被切断</translation>
    </message>
    <message>
      <source>The connection to {host} was cut before a response came.</source>
      <translation>在收到答复之前，与 {host} 的连接被切断了。</translation>
    </message>
    <message>
      <source>Try again: Gantry first asks what has arrived. If it is always cut at the same point, a size or time limit of the server or of a firewall may be the cause.</source>
      <translation>请重试：Gantry 会先询问已收到多少。如果总是在同一处被切断，原因可能是服务器或防火墙的大小或时间限制。</translation>
    </message>
    <message>
      <source>The upload has stalled</source>
      <translation>上传停滞</translation>
    </message>
    <message>
      <source>{host} has accepted no data for {seconds} seconds.</source>
      <translation>{host} 已有 {seconds} 秒没有接收数据。</translation>
    </message>
    <message>
      <source>Try again. If this keeps happening, ask the administrator of {host}.</source>
      <translation>请重试。如果一直如此，请询问 {host} 的管理员。</translation>
    </message>
    <message>
      <source>The folder does not respond</source>
      <translation>文件夹没有响应</translation>
    </message>
    <message>
      <source>{host} has not responded for {seconds} seconds. The other uploads continue.</source>
      <translation>{host} 已有 {seconds} 秒没有响应。其他上传包继续进行。</translation>
    </message>
    <message>
      <source>Check the connection to the share, then try again.</source>
      <translation>请检查与共享文件夹的连接，然后重试。</translation>
    </message>
    <message>
      <source>The proxy does not work</source>
      <translation>代理服务器无法使用</translation>
    </message>
    <message>
      <source>The proxy {proxy}, which stands between this computer and {host}, can’t be reached or does not let the connection through.</source>
      <translation>本机与 {host} 之间的代理服务器 {proxy} 无法访问，或不允许连接通过。</translation>
    </message>
    <message>
      <source>Check the proxy in the system’s network settings and in the destination’s, or ask your IT department.</source>
      <translation>请检查系统网络设置和该目的地设置中的代理，或咨询 IT 部门。</translation>
    </message>
    <message>
      <source>The server’s certificate has expired</source>
      <translation>服务器证书已过期</translation>
    </message>
    <message>
      <source>The certificate of {host} was valid until {until}.</source>
      <translation>{host} 的证书有效期至 {until}。</translation>
    </message>
    <message>
      <source>Nothing was sent, because this may not be the real server. Give the technical details to the administrator of {host}, and do not bypass this check.</source>
      <translation>没有发送任何数据，因为对方可能不是真正的服务器。请把技术细节交给 {host} 的管理员；不要绕过这项检查。</translation>
    </message>
    <message>
      <source>The certificate is for another server</source>
      <translation>证书属于另一台服务器</translation>
    </message>
    <message>
      <source>The certificate that {host} shows is made out to {name}, not to {host}.</source>
      <translation>{host} 出示的证书是颁发给 {name} 的，而不是 {host}。</translation>
    </message>
    <message>
      <source>Check that the address is spelled as the administrator gave it. Nothing was sent, because this may not be the real server. Give the technical details to the administrator of {host}, and do not bypass this check.</source>
      <translation>请检查地址是否与管理员给出的一致。没有发送任何数据，因为对方可能不是真正的服务器。请把技术细节交给 {host} 的管理员；不要绕过这项检查。</translation>
    </message>
    <message>
      <source>The server’s certificate is from an unknown issuer</source>
      <translation>服务器证书的颁发者未知</translation>
    </message>
    <message>
      <source>The certificate of {host} was issued by “{issuer}”, which this computer does not trust. Either the server uses a private authority, or a firewall inspects the connection.</source>
      <translation>{host} 的证书由“{issuer}”颁发，本机不信任该颁发者。可能服务器使用了内部证书机构，也可能有防火墙在检查连接。</translation>
    </message>
    <message>
      <source>Ask your IT department to install the authority’s certificate on this computer, or choose its file in the settings of this destination. Nothing was sent, because this may not be the real server. Give the technical details to the administrator of {host}, and do not bypass this check.</source>
      <translation>请让 IT 部门在本机安装该机构的证书，或在该目的地的设置中选择其证书文件。没有发送任何数据，因为对方可能不是真正的服务器。请把技术细节交给 {host} 的管理员；不要绕过这项检查。</translation>
    </message>
    <message>
      <source>The server’s certificate is not valid yet</source>
      <translation>服务器证书尚未生效</translation>
    </message>
    <message>
      <source>The certificate of {host} is valid only from {from}.</source>
      <translation>{host} 的证书从 {from} 起才有效。</translation>
    </message>
    <message>
      <source>Check this computer’s date and time. If they are right: Nothing was sent, because this may not be the real server. Give the technical details to the administrator of {host}, and do not bypass this check.</source>
      <translation>请检查本机的日期和时间。如果无误：没有发送任何数据，因为对方可能不是真正的服务器。请把技术细节交给 {host} 的管理员；不要绕过这项检查。</translation>
    </message>
    <message>
      <source>No secure connection</source>
      <translation>无法建立安全连接</translation>
    </message>
    <message>
      <source>A secure (TLS) connection to {host} could not be established: {reason}.</source>
      <translation>无法与 {host} 建立安全（TLS）连接：{reason}。</translation>
    </message>
    <message>
      <source>Give the technical details to the administrator of {host}.</source>
      <translation>请把技术细节交给 {host} 的管理员。</translation>
    </message>
    <message>
      <source>The server requires a client certificate</source>
      <translation>服务器要求客户端证书</translation>
    </message>
    <message>
      <source>{host} requires a client certificate, and none was presented.</source>
      <translation>{host} 要求客户端证书，但没有出示证书。</translation>
    </message>
    <message>
      <source>Choose your certificate and its key in the settings of this destination, under More. The administrator of {host} issues them.</source>
      <translation>请在该目的地设置的“更多”中选择您的证书及其密钥；它们由 {host} 的管理员签发。</translation>
    </message>
    <message>
      <source>The server does not speak TLS at this port</source>
      <translation>服务器在该端口不使用 TLS</translation>
    </message>
    <message>
      <source>The address begins with https://, but {host} responds without encryption at this port.</source>
      <translation>地址以 https:// 开头，但 {host} 在该端口的答复没有加密。</translation>
    </message>
    <message>
      <source>Check the port. If the server does not offer https, ask its administrator before you use http://.</source>
      <translation>请检查端口。如果服务器确实不提供 https，请先询问管理员，再使用 http://。</translation>
    </message>
    <message>
      <source>The PACS requires an encrypted connection</source>
      <translation>PACS 要求加密连接</translation>
    </message>
    <message>
      <source>{host} expects DICOM over TLS at this port, and Gantry connected without encryption.</source>
      <translation>{host} 在此端口要求 DICOM over TLS，而 Gantry 以未加密方式连接。</translation>
    </message>
    <message>
      <source>Ask the administrator of the PACS for its port without TLS.</source>
      <translation>请向 PACS 管理员询问不使用 TLS 的端口。</translation>
    </message>
    <message>
      <source>This computer’s clock is wrong</source>
      <translation>本机时钟不准</translation>
    </message>
    <message>
      <source>It is {ours} here, but {theirs} at {host}, so the server’s certificate can’t be checked.</source>
      <translation>本机时间是 {ours}，而 {host} 的时间是 {theirs}，因此无法检查服务器证书。</translation>
    </message>
    <message>
      <source>Correct the computer’s date and time (turning on automatic time is best), then press Retry.</source>
      <translation>请校正本机的日期和时间（最好开启自动设置时间），然后按“重试”。</translation>
    </message>
    <message>
      <source>It is {ours} here, but {theirs} at {host}. The server refuses requests signed with a different time.</source>
      <translation>本机时间是 {ours}，而 {host} 的时间是 {theirs}。服务器会拒绝签名时间不一致的请求。</translation>
    </message>
    <message>
      <source>The proxy refused the sign-in</source>
      <translation>代理拒绝了登录</translation>
    </message>
    <message>
      <source>The proxy {proxy}, on the way to {host}, did not accept the user and the password.</source>
      <translation>通往 {host} 的代理 {proxy} 不接受该用户名和密码。</translation>
    </message>
    <message>
      <source>Correct them in the destination’s proxy settings, or in the system’s.</source>
      <translation>请在该目的地的代理设置或系统的代理设置中更正。</translation>
    </message>
    <message>
      <source>The proxy can’t reach the server</source>
      <translation>代理无法连接到服务器</translation>
    </message>
    <message>
      <source>The proxy {proxy} answered, but did not connect to {host}.</source>
      <translation>代理 {proxy} 有响应，但没有连接到 {host}。</translation>
    </message>
    <message>
      <source>Check that the proxy may connect to {host}, or choose another one in the system’s network settings or in the destination’s.</source>
      <translation>请确认该代理可以连接 {host}，或在系统网络设置或该目的地的设置中选择其他代理。</translation>
    </message>
    <message>
      <source>The proxy’s address is not valid</source>
      <translation>代理地址无效</translation>
    </message>
    <message>
      <source>The address of the proxy {proxy}, on the way to {host}, can’t be used.</source>
      <translation>通往 {host} 的代理地址 {proxy} 无法使用。</translation>
    </message>
    <message>
      <source>Write it as http://host:port or socks5h://host:port, in the destination’s settings or in the system’s.</source>
      <translation>请在该目的地的设置或系统设置中写成 http://主机:端口 或 socks5h://主机:端口。</translation>
    </message>
    <message>
      <source>SOCKS proxies can’t be used</source>
      <translation>无法使用 SOCKS 代理</translation>
    </message>
    <message>
      <source>The proxy {proxy}, on the way to {host}, is a SOCKS proxy; this installation lacks the package PySocks.</source>
      <translation>通往 {host} 的代理 {proxy} 是 SOCKS 代理，但此安装缺少 PySocks 软件包。</translation>
    </message>
    <message>
      <source>Install PySocks, or choose an HTTP proxy.</source>
      <translation>请安装 PySocks，或选择 HTTP 代理。</translation>
    </message>
    <message>
      <source>The name is taken</source>
      <translation>名称已被使用</translation>
    </message>
    <message>
      <source>A destination called “{destination}” already exists.</source>
      <translation>已有名为“{destination}”的目的地。</translation>
    </message>
    <message>
      <source>Choose another name, or remove the existing one.</source>
      <translation>请选择其他名称，或删除已有的目的地。</translation>
    </message>
    <message>
      <source>The address has moved</source>
      <translation>地址已变更</translation>
    </message>
    <message>
      <source>{host} responded that this address has moved to {to}.</source>
      <translation>{host} 表示该地址已迁移到 {to}。</translation>
    </message>
    <message>
      <source>If you trust that, enter the new address in the settings of this destination. If it leads to a sign-in page, this address is for people, not for uploads.</source>
      <translation>如果您信任新地址，请在该目的地的设置中输入。如果它指向登录页面，说明该地址供人访问，不是上传地址。</translation>
    </message>
    <message>
      <source>The server did not understand the upload</source>
      <translation>服务器无法理解上传请求</translation>
    </message>
    <message>
      <source>{front_end} at {host} called the request malformed (400).</source>
      <translation>{host}（{front_end}）认为请求格式错误（400）。</translation>
    </message>
    <message>
      <source>Check that this is the address for uploads and that the kind of destination is right. Give the technical details to the administrator of {host}.</source>
      <translation>请检查该地址是否是上传地址，并且属于这种类型的目的地。请把技术细节交给 {host} 的管理员。</translation>
    </message>
    <message>
      <source>The sign-in failed</source>
      <translation>登录失败</translation>
    </message>
    <message>
      <source>{host} does not know this user and password, or the token has expired (401).</source>
      <translation>{host} 不接受该用户名和密码，或令牌已过期（401）。</translation>
    </message>
    <message>
      <source>Enter user and password, or a new token, in the settings of this destination.</source>
      <translation>请在该目的地的设置中输入用户名和密码，或新的令牌。</translation>
    </message>
    <message>
      <source>The session token has expired</source>
      <translation>会话令牌已过期</translation>
    </message>
    <message>
      <source>{host} knows the access key, but its session token has expired.</source>
      <translation>{host} 认识这个访问密钥，但其会话令牌已过期。</translation>
    </message>
    <message>
      <source>Get new temporary credentials (access key, secret and token) and enter all three in the settings of this destination.</source>
      <translation>请获取新的临时凭据（访问密钥、私有密钥和令牌），并在此目的地的设置中全部重新输入。</translation>
    </message>
    <message>
      <source>The secret key is wrong</source>
      <translation>私有密钥不正确</translation>
    </message>
    <message>
      <source>{host} knows the access key, but the secret key does not belong to it.</source>
      <translation>{host} 认识这个访问密钥，但私有密钥与之不符。</translation>
    </message>
    <message>
      <source>Enter the access key and its secret key again in the settings of this destination.</source>
      <translation>请在此目的地的设置中重新输入访问密钥及其私有密钥。</translation>
    </message>
    <message>
      <source>The access key is unknown</source>
      <translation>访问密钥未知</translation>
    </message>
    <message>
      <source>{host} does not know this access key.</source>
      <translation>{host} 不认识这个访问密钥。</translation>
    </message>
    <message>
      <source>Enter the access key and its secret key again, and check that they are for this server.</source>
      <translation>请重新输入访问密钥及其私有密钥，并确认它们属于这台服务器。</translation>
    </message>
    <message>
      <source>Not allowed to send there</source>
      <translation>没有上传权限</translation>
    </message>
    <message>
      <source>{front_end} at {host} refused the upload: it is not permitted (403).</source>
      <translation>{host}（{front_end}）拒绝了上传：没有权限（403）。</translation>
    </message>
    <message>
      <source>Ask the administrator of {host} to allow uploads for this account, or check the address.</source>
      <translation>请让 {host} 的管理员为此账户开放上传权限，或检查地址。</translation>
    </message>
    <message>
      <source>The store requires the bucket’s own address</source>
      <translation>该存储要求使用存储桶自身的地址</translation>
    </message>
    <message>
      <source>{host} only accepts requests to a bucket’s own address (bucket.{host}), and Gantry puts the bucket’s name in the path.</source>
      <translation>{host} 只接受发往存储桶自身地址（bucket.{host}）的请求，而 Gantry 把存储桶名放在路径中。</translation>
    </message>
    <message>
      <source>Ask the administrator for an address of this store that accepts the bucket in the path, or for another way to upload.</source>
      <translation>请向管理员索取支持在路径中写存储桶名的地址，或询问其他上传方式。</translation>
    </message>
    <message>
      <source>No upload service at this address</source>
      <translation>该地址没有上传服务</translation>
    </message>
    <message>
      <source>{front_end} at {host} responded, but there is nothing at this address (404).</source>
      <translation>{host}（{front_end}）有响应，但该地址下没有内容（404）。</translation>
    </message>
    <message>
      <source>Check the part of the address after the server’s name.</source>
      <translation>请检查地址中服务器名之后的部分。</translation>
    </message>
    <message>
      <source>This address does not accept uploads</source>
      <translation>该地址不接受上传</translation>
    </message>
    <message>
      <source>{front_end} at {host} has something at this address, but does not accept uploads there (405).</source>
      <translation>{host}（{front_end}）在该地址下有内容，但不接受上传（405）。</translation>
    </message>
    <message>
      <source>It is probably the address of a web page. Ask for the address of the upload service.</source>
      <translation>它可能是一个网页的地址。请询问上传服务的地址。</translation>
    </message>
    <message>
      <source>The proxy requires a sign-in</source>
      <translation>代理服务器要求登录</translation>
    </message>
    <message>
      <source>The proxy {proxy}, on the way to {host}, requires a user name and password (407).</source>
      <translation>通往 {host} 的代理服务器 {proxy} 要求用户和密码（407）。</translation>
    </message>
    <message>
      <source>Enter them in the destination’s proxy settings, or ask your IT department for a way without sign-in.</source>
      <translation>请在该目的地的代理设置中输入，或请 IT 部门提供无需登录的通路。</translation>
    </message>
    <message>
      <source>The server stopped waiting</source>
      <translation>服务器停止等待</translation>
    </message>
    <message>
      <source>{host} gave up waiting for the rest of the upload (408).</source>
      <translation>{host} 不再等待上传的剩余部分（408）。</translation>
    </message>
    <message>
      <source>Try again. On a slow connection, ask the administrator of {host} for a longer time limit.</source>
      <translation>请重试。如果线路较慢，请让 {host} 的管理员延长时限。</translation>
    </message>
    <message>
      <source>The server has different content under this name</source>
      <translation>服务器上同名内容不同</translation>
    </message>
    <message>
      <source>{host} already has other content under this upload’s name (409). It was not replaced.</source>
      <translation>{host} 上已有与该上传包同名的其他内容（409），未被替换。</translation>
    </message>
    <message>
      <source>Send it again as a new job, so that it gets a new name. Give the technical details to the administrator of {host}.</source>
      <translation>请作为新任务重新发送，以使用新的名称。请把技术细节交给 {host} 的管理员。</translation>
    </message>
    <message>
      <source>The server refuses uploads of this size</source>
      <translation>服务器拒绝这么大的上传</translation>
    </message>
    <message>
      <source>{front_end} at {host} refused the archive as too large (413). Such a limit is usually set in the web server in front, not in the upload service itself.</source>
      <translation>{host}（{front_end}）认为归档太大而拒绝（413）。这种限制通常设在前端的网页服务器上，而不是上传服务本身。</translation>
    </message>
    <message>
      <source>First check the address: it may be the web page’s rather than the upload service’s. If it is right, ask the administrator of {host} to raise the limit for it, or split the upload by series.</source>
      <translation>请先检查地址：它可能是网页的地址，而不是上传服务的地址。如果地址正确，请让 {host} 的管理员为它提高限制，或发送较小的上传包（按序列拆分）。</translation>
    </message>
    <message>
      <source>The server seems to have a size limit</source>
      <translation>服务器似乎有大小限制</translation>
    </message>
    <message>
      <source>{host} ended every attempt after about {limit} without saying why. It seems to refuse larger uploads.</source>
      <translation>{host} 每次都在约 {limit} 之后中断，且未说明原因。它似乎拒绝更大的上传。</translation>
    </message>
    <message>
      <source>Ask the administrator of {host} for the largest upload that the server and the systems in front of it accept, or split the upload by series.</source>
      <translation>请向 {host} 的管理员询问该服务器及其前端所能接受的最大上传，或发送较小的上传包（按序列拆分）。</translation>
    </message>
    <message>
      <source>nginx in front of {host} refused the archive as too large (413). Its limit is called client_max_body_size and is {limit} unless the administrator sets it higher; the upload service behind it never saw the request.</source>
      <translation>{host} 前端的 nginx 认为归档太大而拒绝（413）。该限制名为 client_max_body_size，管理员未调高时为 {limit}；后面的上传服务根本没有收到请求。</translation>
    </message>
    <message>
      <source>First check the address: it may be the web page’s rather than the upload service’s. If it is right, ask the administrator of {host} to raise client_max_body_size for it, or split the upload by series.</source>
      <translation>请先检查地址：它可能是网页的地址，而不是上传服务的地址。如果地址正确，请让 {host} 的管理员为它提高 client_max_body_size，或发送较小的上传包（按序列拆分）。</translation>
    </message>
    <message>
      <source>Microsoft IIS at {host} refused the archive as too large. Its limit is called maxAllowedContentLength and is {limit} unless the administrator sets it higher.</source>
      <translation>{host} 的 Microsoft IIS 认为归档太大而拒绝。该限制名为 maxAllowedContentLength，管理员未调高时为 {limit}。</translation>
    </message>
    <message>
      <source>First check the address: it may be the web page’s rather than the upload service’s. If it is right, ask the administrator of {host} to raise maxAllowedContentLength and uploadReadAheadSize for it, or split the upload by series.</source>
      <translation>请先检查地址：它可能是网页的地址，而不是上传服务的地址。如果地址正确，请让 {host} 的管理员为它提高 maxAllowedContentLength 和 uploadReadAheadSize，或发送较小的上传包（按序列拆分）。</translation>
    </message>
    <message>
      <source>Cloudflare refuses uploads of this size</source>
      <translation>Cloudflare 拒绝这么大的上传</translation>
    </message>
    <message>
      <source>Cloudflare, which stands in front of {host}, refused the archive as too large (413). It lets through {limit} at most in its usual plans; the server never saw the request.</source>
      <translation>{host} 前面的 Cloudflare 认为归档太大而拒绝（413）。其常用套餐最多允许 {limit}；服务器根本没有收到请求。</translation>
    </message>
    <message>
      <source>Ask the administrator of {host} for an address that does not go through Cloudflare, split the upload by series, or use tus, which sends it in chunks.</source>
      <translation>请让 {host} 的管理员提供不经过 Cloudflare 的地址，或发送较小的上传包（按序列拆分），或用 tus 分块发送。</translation>
    </message>
    <message>
      <source>{host} accepts at most {limit}, as it said about an earlier upload; this archive has {size}.</source>
      <translation>{host} 最多接收 {limit}（此前一次上传时得知）；这个归档有 {size}。</translation>
    </message>
    <message>
      <source>Gantry sends it in smaller uploads. To send it whole, ask the administrator of {host} to raise the limit.</source>
      <translation>Gantry 会拆成较小的上传包发送。如需整体发送，请让 {host} 的管理员提高限制。</translation>
    </message>
    <message>
      <source>{front_end} at {host} refused the archive as too large (413). Its limit, {setting}, is {limit} unless it is set to something else.</source>
      <translation>{host}（{front_end}）认为归档太大而拒绝（413）。其限制 {setting} 在没有另行设置时为 {limit}。</translation>
    </message>
    <message>
      <source>First check the address: it may be the web page’s rather than the upload service’s. If it is right, ask the administrator of {host} to raise the limit, or split the upload by series.</source>
      <translation>请先检查地址：它可能是网页的地址，而不是上传服务的地址。如果地址正确，请让 {host} 的管理员提高限制，或发送较小的上传包（按序列拆分）。</translation>
    </message>
    <message>
      <source>{front_end} at {host} refused the archive as too large (413). Its limit is called {setting}; it does not say how high that is set.</source>
      <translation>{host}（{front_end}）认为归档太大而拒绝（413）。其限制名为 {setting}，未说明数值。</translation>
    </message>
    <message>
      <source>The server does not accept this kind of data</source>
      <translation>服务器不接受这类数据</translation>
    </message>
    <message>
      <source>{host} does not accept this kind of upload (415).</source>
      <translation>{host} 不接受这种上传（415）。</translation>
    </message>
    <message>
      <source>Check that the kind of the destination is right: an archive server and a PACS accept different things.</source>
      <translation>请检查目的地的类型是否正确：归档服务器和 PACS 接收的内容不同。</translation>
    </message>
    <message>
      <source>The server rejected the content</source>
      <translation>服务器拒绝了内容</translation>
    </message>
    <message>
      <source>{host} received the data and rejected it (422).</source>
      <translation>{host} 收到了数据，但拒绝接受（422）。</translation>
    </message>
    <message>
      <source>Read the server’s own words below, and ask its administrator what it expects.</source>
      <translation>请阅读下面服务器的原话，并询问其管理员它需要什么。</translation>
    </message>
    <message>
      <source>The server asks to try again later</source>
      <translation>服务器要求稍后再试</translation>
    </message>
    <message>
      <source>{host} is not ready to handle the request yet (425).</source>
      <translation>{host} 尚未准备好处理该请求（425）。</translation>
    </message>
    <message>
      <source>Try again in a few minutes.</source>
      <translation>请过几分钟再试。</translation>
    </message>
    <message>
      <source>The server is receiving too many requests</source>
      <translation>服务器收到的请求过多</translation>
    </message>
    <message>
      <source>{host} is receiving too many requests at the moment (429).</source>
      <translation>{host} 目前收到的请求过多（429）。</translation>
    </message>
    <message>
      <source>Try again in a few minutes. Sending fewer uploads at once reduces the load.</source>
      <translation>请过几分钟再试；减少同时上传的数量可减轻服务器负担。</translation>
    </message>
    <message>
      <source>The server refused the upload</source>
      <translation>服务器拒绝了上传</translation>
    </message>
    <message>
      <source>{front_end} at {host} refused the request ({status}).</source>
      <translation>{host}（{front_end}）拒绝了请求（{status}）。</translation>
    </message>
    <message>
      <source>The server failed</source>
      <translation>服务器出错</translation>
    </message>
    <message>
      <source>{host} reported an internal error (500).</source>
      <translation>{host} 报告了内部错误（500）。</translation>
    </message>
    <message>
      <source>Try again. If this keeps happening: Give the technical details to the administrator of {host}.</source>
      <translation>请重试。如果一直如此，请把技术细节交给 {host} 的管理员。</translation>
    </message>
    <message>
      <source>The server expects the file in another field</source>
      <translation>服务器要求文件放在另一个字段中</translation>
    </message>
    <message>
      <source>{host} does not accept a file in the form field that Gantry uses (500).</source>
      <translation>{host} 不接受 Gantry 所用表单字段中的文件（500）。</translation>
    </message>
    <message>
      <source>Ask its administrator what the field is called, and enter that name in the settings of this destination.</source>
      <translation>请向其管理员询问该字段的名称，并在此目的地的设置中填写。</translation>
    </message>
    <message>
      <source>The service behind the server does not respond</source>
      <translation>后端服务没有响应</translation>
    </message>
    <message>
      <source>{front_end} at {host} got no valid response from the upload service behind it (502).</source>
      <translation>{host}（{front_end}）没有从后端的上传服务得到有效答复（502）。</translation>
    </message>
    <message>
      <source>Try again. If this keeps happening, the service is down, or it rejected the data in a way that the front end hides. Give the technical details to the administrator of {host}.</source>
      <translation>请重试。如果一直如此，说明该服务已停止，或它拒绝数据的方式被前端掩盖了。请把技术细节交给 {host} 的管理员。</translation>
    </message>
    <message>
      <source>The server is not available</source>
      <translation>服务器不可用</translation>
    </message>
    <message>
      <source>{host} is overloaded or under maintenance (503).</source>
      <translation>{host} 过载或正在维护（503）。</translation>
    </message>
    <message>
      <source>Try again in a few minutes, or ask the administrator when it will be back.</source>
      <translation>请过几分钟再试，或询问管理员何时恢复。</translation>
    </message>
    <message>
      <source>The service behind the server takes too long</source>
      <translation>后端服务响应太慢</translation>
    </message>
    <message>
      <source>{front_end} at {host} waited too long for the upload service behind it (504).</source>
      <translation>{host}（{front_end}）等待后端的上传服务超时（504）。</translation>
    </message>
    <message>
      <source>Try again: Gantry first asks what arrived. If this keeps happening, ask the administrator of {host} for a longer time limit.</source>
      <translation>请重试：Gantry 会先询问收到了什么。如果一直如此，请让 {host} 的管理员延长时限。</translation>
    </message>
    <message>
      <source>The server’s disk is full</source>
      <translation>服务器磁盘已满</translation>
    </message>
    <message>
      <source>{host} has no space for the archive.</source>
      <translation>{host} 没有足够的空间存放归档。</translation>
    </message>
    <message>
      <source>Ask the administrator of {host} to free some space, then press Retry.</source>
      <translation>请让 {host} 的管理员腾出空间，然后按“重试”。</translation>
    </message>
    <message>
      <source>{front_end} at {host} reported an error ({status}).</source>
      <translation>{host}（{front_end}）报告了错误（{status}）。</translation>
    </message>
    <message>
      <source>Unexpected response</source>
      <translation>意外的答复</translation>
    </message>
    <message>
      <source>{host} did not respond as this kind of destination would.</source>
      <translation>{host} 的答复不符合这种目的地的协议。</translation>
    </message>
    <message>
      <source>Check the address, the port and the kind of the destination.</source>
      <translation>请检查目的地的地址、端口和类型。</translation>
    </message>
    <message>
      <source>No receipt</source>
      <translation>没有收据</translation>
    </message>
    <message>
      <source>{host} responded, but not with a receipt, so the upload does not count as delivered.</source>
      <translation>{host} 有答复，但不是收据，因此该上传包不算已送达。</translation>
    </message>
    <message>
      <source>Check that this is the address of the upload service. Give the technical details to the administrator of {host}.</source>
      <translation>请检查地址是否是上传服务的地址。请把技术细节交给 {host} 的管理员。</translation>
    </message>
    <message>
      <source>A web page responded instead of the upload service</source>
      <translation>答复的是网页，而不是上传服务</translation>
    </message>
    <message>
      <source>{host} responded with a web page. It may be the server’s front page or its sign-in page, or the sign-in page of this network (hotel, guest Wi-Fi).</source>
      <translation>{host} 返回了一个网页。它可能是服务器的首页或登录页，也可能是本网络（酒店、访客 Wi-Fi）的登录页。</translation>
    </message>
    <message>
      <source>Open a web browser and check whether the network requires a sign-in. If not, ask for the address of the upload service; this one is for people.</source>
      <translation>请打开浏览器，看看网络是否要求登录。如果不是，请询问上传服务的地址；现在的地址是给人访问的。</translation>
    </message>
    <message>
      <source>The receipt is incomplete</source>
      <translation>收据不完整</translation>
    </message>
    <message>
      <source>The response of {host} broke off in the middle, so the upload does not count as delivered.</source>
      <translation>{host} 的答复中途断开，因此该上传包不算已送达。</translation>
    </message>
    <message>
      <source>Try again: Gantry first asks what arrived.</source>
      <translation>请重试：Gantry 会先询问收到了什么。</translation>
    </message>
    <message>
      <source>What arrived is not what was sent</source>
      <translation>收到的与发送的不一致</translation>
    </message>
    <message>
      <source>The checksum that {host} reports is not that of the archive. The upload does not count as delivered.</source>
      <translation>{host} 报告的校验和与归档不符。该上传包不算已送达。</translation>
    </message>
    <message>
      <source>If this keeps happening, something on the way changes the data. Give the technical details to your IT department.</source>
      <translation>如果一直如此，说明数据在传输途中被改动。请把技术细节交给您的 IT 部门。</translation>
    </message>
    <message>
      <source>The size that {host} reports is not that of the archive. The upload does not count as delivered.</source>
      <translation>{host} 报告的大小与归档不符。此次上传不算已送达。</translation>
    </message>
    <message>
      <source>Check on {host} whether the file there is complete, then press Retry.</source>
      <translation>请查看 {host} 上的文件是否完整，然后按“重试”。</translation>
    </message>
    <message>
      <source>What was stored does not exist</source>
      <translation>服务器上没有已存储的内容</translation>
    </message>
    <message>
      <source>{host} said that it stored the archive, and then that no such object exists.</source>
      <translation>{host} 先说已存储该归档，随后又说没有这个对象。</translation>
    </message>
    <message>
      <source>Gantry sends it again. If this keeps happening, give the technical details to the administrator of {host}.</source>
      <translation>Gantry 会重新发送。如果再次发生，请把技术细节交给 {host} 的管理员。</translation>
    </message>
    <message>
      <source>The copy differs from the original</source>
      <translation>副本与原件不一致</translation>
    </message>
    <message>
      <source>The copy in {folder}, read back, differs from the archive. It was removed.</source>
      <translation>回读 {folder} 中的副本时，发现与归档不同。该副本已删除。</translation>
    </message>
    <message>
      <source>Gantry copies it again. If this keeps happening, have the disk of the share checked.</source>
      <translation>Gantry 会重新复制。如果再次发生，请检查共享文件夹所在的磁盘。</translation>
    </message>
    <message>
      <source>The server rejected the data</source>
      <translation>服务器拒绝了数据</translation>
    </message>
    <message>
      <source>{host} received the data and rejected it.</source>
      <translation>{host} 收到了数据，但拒绝接受。</translation>
    </message>
    <message>
      <source>The response does not match the success rule</source>
      <translation>答复不符合成功规则</translation>
    </message>
    <message>
      <source>The response of {host} is not what this destination’s success rule requires.</source>
      <translation>{host} 的答复不符合该目的地的成功规则。</translation>
    </message>
    <message>
      <source>Check on {host} whether the data was stored. If it was, correct the rule under More… in the destination’s settings.</source>
      <translation>请查看 {host} 上是否已存储。如已存储，请在目的地设置的“更多…”中修改规则。</translation>
    </message>
    <message>
      <source>All names are taken</source>
      <translation>所有名称都已被占用</translation>
    </message>
    <message>
      <source>{folder} holds other files under this upload’s name. None of them was replaced.</source>
      <translation>{folder} 中已有与该上传包同名的其他文件，均未被替换。</translation>
    </message>
    <message>
      <source>Look at the files there, or send to another folder.</source>
      <translation>请查看那里的文件，或发送到其他文件夹。</translation>
    </message>
    <message>
      <source>Only part of it was stored</source>
      <translation>只保存了一部分</translation>
    </message>
    <message>
      <source>The server stored {stored} of {count} images; it rejected {rejected}, and says nothing about {unknown}. Missing: {instances}.</source>
      <translation>服务器存储了 {count} 幅图像中的 {stored} 幅，拒绝了 {rejected} 幅，另有 {unknown} 幅未作说明。缺少：{instances}。</translation>
    </message>
    <message>
      <source>See the list of images for the server’s reasons. Retry sends only what is missing.</source>
      <translation>请在图像列表中查看服务器的理由。“重试”只发送缺少的部分。</translation>
    </message>
    <message>
      <source>It may have arrived</source>
      <translation>可能已经送达</translation>
    </message>
    <message>
      <source>Everything was handed over to {host}, but no response came, and {host} can’t be asked what it holds.</source>
      <translation>全部数据已交给 {host}，但没有收到答复，也无法向 {host} 查询它保存了什么。</translation>
    </message>
    <message>
      <source>Look there, or ask its administrator. Gantry does not send it again by itself, because that could leave two copies.</source>
      <translation>请到那里查看，或询问其管理员。Gantry 不会自动重新发送，否则可能出现两份。</translation>
    </message>
    <message>
      <source>The PACS does not accept the connection</source>
      <translation>PACS 拒绝了连接</translation>
    </message>
    <message>
      <source>{host} rejected the association: it does not know the AE titles, or is too busy.</source>
      <translation>{host} 拒绝了关联：它不认识 AE 标题，或过于繁忙。</translation>
    </message>
    <message>
      <source>Ask its administrator to register this computer’s AE title, address and port, and check the called AE title.</source>
      <translation>请让其管理员登记本机的 AE 标题、地址和端口，并检查被叫 AE 标题。</translation>
    </message>
    <message>
      <source>The PACS does not accept this kind of image</source>
      <translation>PACS 不接收这类图像</translation>
    </message>
    <message>
      <source>{host} does not accept some kinds of image, or the way they are compressed.</source>
      <translation>{host} 不接受某些类型的图像，或其压缩方式。</translation>
    </message>
    <message>
      <source>See the technical details for which ones, and ask its administrator to accept them.</source>
      <translation>请在技术细节中查看是哪些，并请其管理员开放。</translation>
    </message>
    <message>
      <source>The sign-in is missing</source>
      <translation>缺少登录信息</translation>
    </message>
    <message>
      <source>This destination requires a sign-in, and none is stored.</source>
      <translation>该目的地需要登录，但没有保存登录信息。</translation>
    </message>
    <message>
      <source>Add a user name and password, or a token, in its settings.</source>
      <translation>请在其设置中添加用户名和密码，或令牌。</translation>
    </message>
    <message>
      <source>The system’s password store does not work</source>
      <translation>系统的凭据库无法使用</translation>
    </message>
    <message>
      <source>The password can’t be read from or saved in the system’s password store.</source>
      <translation>无法从系统的凭据库读取密码，或无法把密码保存到其中。</translation>
    </message>
    <message>
      <source>Gantry asks for it each time instead, and saves it in no file. Unlock the store, or ask your IT department.</source>
      <translation>Gantry 会改为每次询问，不会把密码存入任何文件。请解锁凭据库，或咨询 IT 部门。</translation>
    </message>
    <message>
      <source>The key of the pseudonyms can’t be read</source>
      <translation>无法读取假名的密钥</translation>
    </message>
    <message>
      <source>The key is in the system’s password store, which does not work now.</source>
      <translation>密钥保存在系统凭据库中，而凭据库目前无法使用。</translation>
    </message>
    <message>
      <source>Unlock the store and try again. Gantry makes no second key: patients would get other pseudonyms than before.</source>
      <translation>请解锁凭据库后重试。Gantry 不会另建密钥，否则患者会得到与以前不同的假名。</translation>
    </message>
    <message>
      <source>The password would be sent unencrypted</source>
      <translation>密码将以明文传输</translation>
    </message>
    <message>
      <source>The address of {host} begins with http://, so anyone on the way could read the password.</source>
      <translation>{host} 的地址以 http:// 开头，途中任何人都能读到密码。</translation>
    </message>
    <message>
      <source>Use https:// if the server offers it. Otherwise allow it for this destination in its settings, if you know the network.</source>
      <translation>如果服务器提供 https://，请使用它。否则，如果您了解该网络，可在设置中为该目的地允许。</translation>
    </message>
    <message>
      <source>The sign-in was refused</source>
      <translation>登录被拒绝</translation>
    </message>
    <message>
      <source>{host} refused Gantry’s sign-in: {reason}.</source>
      <translation>{host} 拒绝了 Gantry 的登录：{reason}。</translation>
    </message>
    <message>
      <source>Start the sign-in again and agree to it in the browser. If it is refused again, ask the server’s administrator whether Gantry is allowed there.</source>
      <translation>请重新开始登录，并在浏览器中同意。如果再次被拒绝，请询问服务器管理员是否允许使用 Gantry。</translation>
    </message>
    <message>
      <source>The sign-in has expired</source>
      <translation>登录已过期</translation>
    </message>
    <message>
      <source>{host} no longer accepts Gantry’s sign-in, or the code was not entered in time.</source>
      <translation>{host} 不再接受 Gantry 的登录，或未及时输入代码。</translation>
    </message>
    <message>
      <source>Sign in again in the settings of this destination.</source>
      <translation>请在该目的地的设置中重新登录。</translation>
    </message>
    <message>
      <source>The settings can’t be used</source>
      <translation>设置无法使用</translation>
    </message>
    <message>
      <source>Something in the settings is wrong.</source>
      <translation>设置中有错误。</translation>
    </message>
    <message>
      <source>Check the settings.</source>
      <translation>请检查设置。</translation>
    </message>
    <message>
      <source>The settings file is damaged</source>
      <translation>设置文件已损坏</translation>
    </message>
    <message>
      <source>The settings file can’t be read as settings, so a good copy or the defaults are used. The damaged file is kept.</source>
      <translation>设置文件无法解析，因此改用完好的副本或默认值。损坏的文件会保留。</translation>
    </message>
    <message>
      <source>Check the settings, especially the destinations.</source>
      <translation>请检查设置，尤其是各个目的地。</translation>
    </message>
    <message>
      <source>The settings file is gone</source>
      <translation>设置文件已不存在</translation>
    </message>
    <message>
      <source>The settings file has been deleted, so a good copy or the defaults are used.</source>
      <translation>设置文件已被删除，因此改用完好的副本或默认值。</translation>
    </message>
    <message>
      <source>The settings file can’t be read</source>
      <translation>无法读取设置文件</translation>
    </message>
    <message>
      <source>The settings file exists but can’t be read, so a good copy or the defaults are used.</source>
      <translation>设置文件存在但无法读取，因此改用完好的副本或默认值。</translation>
    </message>
    <message>
      <source>Check the disk and the file’s permissions, then start Gantry again.</source>
      <translation>请检查磁盘和文件的权限，然后重新启动 Gantry。</translation>
    </message>
    <message>
      <source>The settings can’t be saved</source>
      <translation>无法保存设置</translation>
    </message>
    <message>
      <source>The settings file can’t be written, so the change was not saved.</source>
      <translation>无法写入设置文件，因此更改未保存。</translation>
    </message>
    <message>
      <source>Check that the disk has space and that the folder is writable, then make the change again.</source>
      <translation>请检查磁盘空间和文件夹的写入权限，然后重新更改。</translation>
    </message>
    <message>
      <source>Some settings are unknown to this version</source>
      <translation>此版本无法识别部分设置</translation>
    </message>
    <message>
      <source>This version of Gantry does not know the values of these settings: {setting}. All other settings apply.</source>
      <translation>此版本的 Gantry 无法识别以下设置的值：{setting}。其他设置均有效。</translation>
    </message>
    <message>
      <source>Update Gantry, or choose other values in the settings. Until then, the file keeps them.</source>
      <translation>请更新 Gantry，或在设置中选择其他值。在此之前，文件中的值保持不变。</translation>
    </message>
    <message>
      <source>A setting can’t have this value</source>
      <translation>设置的值无效</translation>
    </message>
    <message>
      <source>The value of {setting} is not allowed. Nothing was saved.</source>
      <translation>{setting} 不允许使用该值。未保存任何内容。</translation>
    </message>
    <message>
      <source>Choose another value.</source>
      <translation>请选择其他值。</translation>
    </message>
    <message>
      <source>The bandwidth timetable can’t be used</source>
      <translation>带宽时间表无法使用</translation>
    </message>
    <message>
      <source>An entry in the bandwidth timetable is invalid, so no timetable applies.</source>
      <translation>带宽时间表中有无效的条目，因此时间表不生效。</translation>
    </message>
    <message>
      <source>Correct it in the settings, for example: 08:00,512K 19:00,10M 23:00,off.</source>
      <translation>请在设置中更正，例如：08:00,512K 19:00,10M 23:00,off。</translation>
    </message>
    <message>
      <source>The sign-in is incomplete</source>
      <translation>登录设置不完整</translation>
    </message>
    <message>
      <source>The destination {destination} signs in by OAuth 2.0, but its setting {setting} is missing.</source>
      <translation>目的地 {destination} 通过 OAuth 2.0 登录，但缺少设置 {setting}。</translation>
    </message>
    <message>
      <source>Enter it in the settings of this destination, or run gantry-cli sign-in.</source>
      <translation>请在该目的地的设置中填写，或运行 gantry-cli sign-in。</translation>
    </message>
    <message>
      <source>The history can’t be read or written</source>
      <translation>历史记录无法读写</translation>
    </message>
    <message>
      <source>The history’s database failed: {reason}.</source>
      <translation>历史记录数据库出错：{reason}。</translation>
    </message>
    <message>
      <source>Check that the disk has space and that the folder is writable, then start Gantry again.</source>
      <translation>请检查磁盘是否有空间、文件夹是否可写，然后重新启动 Gantry。</translation>
    </message>
    <message>
      <source>The history is missing</source>
      <translation>历史记录已不存在</translation>
    </message>
    <message>
      <source>The history file has been deleted, so a new history was started.</source>
      <translation>历史记录文件已被删除，因此新建了历史记录。</translation>
    </message>
    <message>
      <source>If you have a backup of it, quit Gantry, restore the file and start Gantry again.</source>
      <translation>如果有备份，请退出 Gantry，恢复该文件后重新启动 Gantry。</translation>
    </message>
    <message>
      <source>The history was deleted</source>
      <translation>历史记录已被删除</translation>
    </message>
    <message>
      <source>The history file was deleted or replaced while Gantry was running. What has been sent since is not recorded, and nothing more is sent.</source>
      <translation>Gantry 运行期间，历史记录文件被删除或替换。此后发送的内容没有记录，也不会再发送任何内容。</translation>
    </message>
    <message>
      <source>Check at the destination what arrived, then start Gantry again. Keep clean-up programs away from Gantry’s folder.</source>
      <translation>请在目的地处确认已到达的内容，然后重新启动 Gantry。请勿让清理软件处理 Gantry 的文件夹。</translation>
    </message>
    <message>
      <source>The history is from a newer Gantry</source>
      <translation>历史记录来自更新版本的 Gantry</translation>
    </message>
    <message>
      <source>The history was written by a newer version of Gantry (format {version}; this one knows {known}).</source>
      <translation>历史记录由较新版本的 Gantry 写入（格式 {version}；此版本支持 {known}）。</translation>
    </message>
    <message>
      <source>Install the newer version again. The history was left as it is.</source>
      <translation>请重新安装较新的版本。历史记录保持原样。</translation>
    </message>
    <message>
      <source>The relink table can’t be read or written</source>
      <translation>无法读写对照表</translation>
    </message>
    <message>
      <source>The table that leads from new identifiers back to the patients failed: {reason}.</source>
      <translation>新标识符与患者的对照表出错：{reason}。</translation>
    </message>
    <message>
      <source>Check that the disk has space and that the folder is writable, then try again. Nothing is sent before its identifiers are in the table.</source>
      <translation>请检查磁盘空间和文件夹的写入权限，然后重试。标识符写入对照表之前，不会发送任何内容。</translation>
    </message>
    <message>
      <source>The relink table is damaged</source>
      <translation>对照表已损坏</translation>
    </message>
    <message>
      <source>The table that leads from new identifiers back to the patients can’t be read.</source>
      <translation>新标识符与患者的对照表无法读取。</translation>
    </message>
    <message>
      <source>Move the file relink.sqlite in Gantry’s folder away, or restore a backup of it. The next job then starts a new one.</source>
      <translation>请将 Gantry 文件夹中的 relink.sqlite 移走，或恢复其备份。下一个任务会新建一个对照表。</translation>
    </message>
    <message>
      <source>The running numbers can’t be read or written</source>
      <translation>无法读取或写入流水号</translation>
    </message>
    <message>
      <source>The table of the numbers that patients got failed: {reason}. Nothing was sent.</source>
      <translation>记录患者流水号的表出错：{reason}。未发送任何内容。</translation>
    </message>
    <message>
      <source>Check that the disk has space and that the folder is writable, then try again.</source>
      <translation>请确认磁盘有空间且文件夹可写，然后重试。</translation>
    </message>
    <message>
      <source>The table of running numbers is lost</source>
      <translation>流水号表已丢失</translation>
    </message>
    <message>
      <source>Patients got numbers before, but the file numbers.sqlite in Gantry’s folder does not have them any more. New numbers could be those of other patients, so nothing was sent.</source>
      <translation>之前已为患者分配流水号，但 Gantry 文件夹中的 numbers.sqlite 已不包含它们。新的流水号可能与其他患者相同，因此未发送任何内容。</translation>
    </message>
    <message>
      <source>Restore the file from a backup.</source>
      <translation>请从备份恢复该文件。</translation>
    </message>
    <message>
      <source>The history does not know whose number it is</source>
      <translation>历史记录无法确定编号属于谁</translation>
    </message>
    <message>
      <source>The profile of this destination counts patients. The history does not keep all by which they are told apart, so a patient could get a second number. Nothing was sent.</source>
      <translation>此目的地的配置会为患者编号。历史记录没有保存区分患者所需的全部信息，同一患者可能得到第二个编号。未发送任何内容。</translation>
    </message>
    <message>
      <source>Drop the original files on the Send page instead.</source>
      <translation>请改为将原始文件拖放到“发送”页面。</translation>
    </message>
    <message>
      <source>Two patients in one upload</source>
      <translation>一次上传中有两名患者</translation>
    </message>
    <message>
      <source>An upload has files of two patients, who can’t get one running number. Nothing was sent.</source>
      <translation>一次上传中含有两名患者的文件，他们不能使用同一个流水号。未发送任何内容。</translation>
    </message>
    <message>
      <source>Send each series as an upload of its own (--parcel series).</source>
      <translation>请将每个序列单独上传（--parcel series）。</translation>
    </message>
    <message>
      <source>Nobody knows whose files these are</source>
      <translation>无法知道这些文件属于谁</translation>
    </message>
    <message>
      <source>Some files have neither Patient ID nor name nor study, so they can’t get a running number. Nothing was sent.</source>
      <translation>有些文件既没有患者 ID，也没有姓名和检查，因此无法分配流水号。未发送任何内容。</translation>
    </message>
    <message>
      <source>Send the other files without them.</source>
      <translation>请不带这些文件，发送其余文件。</translation>
    </message>
    <message>
      <source>Invalid option</source>
      <translation>无效的选项</translation>
    </message>
    <message>
      <source>{option} requires {wanted}.</source>
      <translation>{option} 要求：{wanted}。</translation>
    </message>
    <message>
      <source>See --help for the possible values.</source>
      <translation>可用的值见 --help。</translation>
    </message>
    <message>
      <source>No such upload</source>
      <translation>没有这个上传包</translation>
    </message>
    <message>
      <source>The history has no upload {parcel}.</source>
      <translation>历史记录中没有上传包 {parcel}。</translation>
    </message>
    <message>
      <source>Look for it in the history; its identifier has 26 letters and digits.</source>
      <translation>请在历史记录中查找；其标识由 26 个字母和数字组成。</translation>
    </message>
    <message>
      <source>No such unfinished job</source>
      <translation>没有此未完成的任务</translation>
    </message>
    <message>
      <source>The history has no unfinished job {job}, or another process is running it.</source>
      <translation>历史记录中没有未完成的任务 {job}，或者另一个进程正在运行它。</translation>
    </message>
    <message>
      <source>Look for its identifier in the history; it has 26 letters and digits.</source>
      <translation>请在历史记录中查找它的标识符；标识符由 26 个字母和数字组成。</translation>
    </message>
    <message>
      <source>The key can’t be used</source>
      <translation>无法使用该密钥</translation>
    </message>
    <message>
      <source>{path} holds no private key for Ed25519 in PEM format, or it has a passphrase. Nothing was written.</source>
      <translation>{path} 不含 PEM 格式的 Ed25519 私钥，或该私钥设有口令。未写入任何内容。</translation>
    </message>
    <message>
      <source>Choose another key, in the settings or with --sign.</source>
      <translation>请在设置中或用 --sign 选择其他密钥。</translation>
    </message>
    <message>
      <source>{path} holds no key for Ed25519 in PEM format.</source>
      <translation>{path} 不含 PEM 格式的 Ed25519 密钥。</translation>
    </message>
    <message>
      <source>Choose another key, in the settings or with --key.</source>
      <translation>请在设置中或用 --key 选择其他密钥。</translation>
    </message>
    <message>
      <source>Choose another key.</source>
      <translation>请选择其他密钥。</translation>
    </message>
    <message>
      <source>The job is already running</source>
      <translation>该任务已在运行</translation>
    </message>
    <message>
      <source>Another Gantry on this computer is running this job.</source>
      <translation>本机上的另一个 Gantry 正在运行该任务。</translation>
    </message>
    <message>
      <source>Wait until it has finished, or close the other Gantry.</source>
      <translation>请等待它完成，或关闭另一个 Gantry。</translation>
    </message>
    <message>
      <source>Reading stopped</source>
      <translation>读取已停止</translation>
    </message>
    <message>
      <source>An internal error occurred while Gantry was reading files.</source>
      <translation>Gantry 读取文件时发生内部错误。</translation>
    </message>
    <message>
      <source>What was found so far is still in the list. Drop the folder again to read the rest. If this keeps happening, give the technical details to your administrator.</source>
      <translation>此前找到的内容仍在列表中。请再次拖入该文件夹以读取其余文件。如果反复出现，请把技术细节交给管理员。</translation>
    </message>
    <message>
      <source>The process that reads files ended unexpectedly, twice in a row.</source>
      <translation>读取文件的进程连续两次意外终止。</translation>
    </message>
    <message>
      <source>An error in Gantry</source>
      <translation>Gantry 内部错误</translation>
    </message>
    <message>
      <source>Something unexpected happened in Gantry. Nothing is lost: the upload can be sent again.</source>
      <translation>Gantry 发生意外错误。没有丢失任何数据：上传包可以重新发送。</translation>
    </message>
    <message>
      <source>Press Retry. If this keeps happening, give the technical details to your administrator.</source>
      <translation>请按“重试”。如果反复出现，请把技术细节交给管理员。</translation>
    </message>
    <message>
      <source>The preset can’t be used</source>
      <translation>预设不能使用</translation>
    </message>
    <message>
      <source>{path} is no valid preset.</source>
      <translation>{path} 不是有效的预设。</translation>
    </message>
    <message>
      <source>Nothing was changed. Ask where the preset comes from for a corrected one.</source>
      <translation>未作任何更改。请向预设的提供者索取更正后的预设。</translation>
    </message>
    <message>
      <source>Check its name, and whether you may read it.</source>
      <translation>请检查其名称，以及您是否有权读取。</translation>
    </message>
    <message>
      <source>{path} is larger than 1 MB, so it is no preset.</source>
      <translation>{path} 大于 1 MB，不是预设。</translation>
    </message>
    <message>
      <source>{path} does not say that its schema is “gantry.preset/1”.</source>
      <translation>{path} 没有注明其格式为“gantry.preset/1”。</translation>
    </message>
    <message>
      <source>It may be of a newer version of Gantry: update Gantry. Nothing was changed.</source>
      <translation>它可能来自较新版本的 Gantry：请更新 Gantry。未作任何更改。</translation>
    </message>
    <message>
      <source>{path}, line {line}: there can’t be an entry “{entry}”.</source>
      <translation>{path} 第 {line} 行：此处不能有“{entry}”这一项。</translation>
    </message>
    <message>
      <source>{path}, line {line}: {wanted} is missing here.</source>
      <translation>{path} 第 {line} 行：此处缺少 {wanted}。</translation>
    </message>
    <message>
      <source>{path}, line {line}: “{entry}” is or has a secret. A preset never has secrets: everyone who gets it could read them.</source>
      <translation>{path} 第 {line} 行：“{entry}”是密码等机密，或其中含有机密。预设绝不包含机密：每个得到预设的人都能读取它们。</translation>
    </message>
    <message>
      <source>Nothing was changed. Change the password or token, because others may have read it, and ask for a preset without it.</source>
      <translation>未作任何更改。请更换该密码或令牌，因为他人可能已经读取；并索取不含机密的预设。</translation>
    </message>
    <message>
      <source>{path}, line {line}: “{entry}” can’t have this value. Possible: {wanted}.</source>
      <translation>{path} 第 {line} 行：“{entry}”不能使用该值。可以是：{wanted}。</translation>
    </message>
    <message>
      <source>{path}, line {line}: the profile in it is wrong at “{entry}”: {wanted}.</source>
      <translation>{path} 第 {line} 行：其中的去标识化配置在“{entry}”处有误：{wanted}。</translation>
    </message>
    <message>
      <source>The signature in {path} does not fit: the preset was changed after it was signed, or the signature is damaged.</source>
      <translation>{path} 中的签名不符：预设在签名后被修改过，或签名已损坏。</translation>
    </message>
    <message>
      <source>{path} holds the preset {wanted}, and an installed preset has the name of its file.</source>
      <translation>{path} 中的预设是 {wanted}，而已安装预设的名称必须与文件名一致。</translation>
    </message>
    <message>
      <source>Remove it, and install the preset again from the file that you were given.</source>
      <translation>请将其移除，再用您得到的文件重新安装该预设。</translation>
    </message>
    <message>
      <source>{path} holds no key, or another key than its name says.</source>
      <translation>{path} 中没有密钥，或其中的密钥与文件名不符。</translation>
    </message>
    <message>
      <source>No preset is trusted because of it. Delete it, and trust the key again.</source>
      <translation>不会因为它而信任任何预设。请删除该文件，再重新信任该密钥。</translation>
    </message>
    <message>
      <source>The preset was not installed</source>
      <translation>预设未安装</translation>
    </message>
    <message>
      <source>The preset {preset} was not installed.</source>
      <translation>预设 {preset} 未安装。</translation>
    </message>
    <message>
      <source>Nothing was changed. If you want this one, remove the installed preset first.</source>
      <translation>未作任何更改。如果需要这个预设，请先移除已安装的预设。</translation>
    </message>
    <message>
      <source>The preset {preset} is installed already, and its file can’t be read, so the two can’t be compared.</source>
      <translation>预设 {preset} 已安装，但其文件无法读取，因此无法比较两者。</translation>
    </message>
    <message>
      <source>A newer version of the preset {preset} is installed: serial {known}. This one has {version}.</source>
      <translation>已安装预设 {preset} 的更新版本：序号 {known}。这一份的序号是 {version}。</translation>
    </message>
    <message>
      <source>The preset {preset} is installed with the same serial, {known}, and other content.</source>
      <translation>已安装的预设 {preset} 序号相同（{known}），但内容不同。</translation>
    </message>
    <message>
      <source>Ask where the preset comes from for one with a higher serial. Nothing was changed.</source>
      <translation>请向预设的提供者索取序号更高的预设。未作任何更改。</translation>
    </message>
    <message>
      <source>The installed preset {preset} is signed, and this one is not: anybody could have made it.</source>
      <translation>已安装的预设 {preset} 有签名，而这一份没有：任何人都可能制作它。</translation>
    </message>
    <message>
      <source>Nothing was changed. Ask where the preset comes from whether this is right; then remove the installed preset first.</source>
      <translation>未作任何更改。请向预设的提供者核实；确认无误后，先移除已安装的预设。</translation>
    </message>
    <message>
      <source>This preset is signed by another key than the installed preset {preset}.</source>
      <translation>这个预设的签名密钥与已安装的预设 {preset} 不同。</translation>
    </message>
    <message>
      <source>The installed preset {preset} is not signed, and this one is: Gantry can’t know whether both come from the same place.</source>
      <translation>已安装的预设 {preset} 没有签名，而这一份有签名：Gantry 无法知道两者是否来自同一处。</translation>
    </message>
    <message>
      <source>This version of the preset {preset} takes out other things of the patient’s identity than the installed one, or nothing.</source>
      <translation>预设 {preset} 的这一版本去除的患者身份信息与已安装的版本不同，或完全不去除。</translation>
    </message>
    <message>
      <source>The preset is not installed</source>
      <translation>预设尚未安装</translation>
    </message>
    <message>
      <source>No preset {preset} is installed, and there is no such file.</source>
      <translation>没有安装名为 {preset} 的预设，也没有这样的文件。</translation>
    </message>
    <message>
      <source>“gantry-cli preset --list” lists those that are installed. Nothing was changed.</source>
      <translation>“gantry-cli preset --list”会列出已安装的预设。未作任何更改。</translation>
    </message>
    <message>
      <source>The policy of this computer does not allow this</source>
      <translation>这台计算机的策略不允许这样做</translation>
    </message>
    <message>
      <source>The policy of this computer forbids it. Nothing was sent.</source>
      <translation>这台计算机的策略禁止这样做。未发送任何内容。</translation>
    </message>
    <message>
      <source>Ask the administrator of this computer. What was begun waits and can be resumed or cancelled.</source>
      <translation>请询问这台计算机的管理员。已开始的上传会等待，可以继续或取消。</translation>
    </message>
    <message>
      <source>Nothing leaves this computer as it is: at least the profile {profile} must take out who the patient is. Nothing was sent.</source>
      <translation>任何内容都不能原样离开这台计算机：至少要用配置 {profile} 去除患者身份信息。未发送任何内容。</translation>
    </message>
    <message>
      <source>Choose to de-identify it. What was begun waits and can be resumed or cancelled.</source>
      <translation>请选择去标识化。已开始的上传会等待，可以继续或取消。</translation>
    </message>
    <message>
      <source>The chosen profile keeps more than the profile {profile}, which is the least here, by: {entry}. Nothing was sent.</source>
      <translation>所选配置保留的内容多于此处的最低要求（配置 {profile}）：{entry}。未发送任何内容。</translation>
    </message>
    <message>
      <source>Choose a stricter profile. What was begun waits and can be resumed or cancelled.</source>
      <translation>请选择更严格的配置。已开始的上传会等待，可以继续或取消。</translation>
    </message>
    <message>
      <source>Nothing may be sent to {destination}. Nothing was sent.</source>
      <translation>不允许向 {destination} 发送任何内容。未发送任何内容。</translation>
    </message>
    <message>
      <source>Choose another destination, or ask the administrator of this computer. What was begun waits and can be resumed or cancelled.</source>
      <translation>请选择其他目的地，或询问这台计算机的管理员。已开始的上传会等待，可以继续或取消。</translation>
    </message>
    <message>
      <source>“{setting}” is set by your organisation, to another value. Nothing was sent.</source>
      <translation>“{setting}”由您所在的机构设定为其他值。未发送任何内容。</translation>
    </message>
    <message>
      <source>Leave it out, or ask the administrator of this computer.</source>
      <translation>请不要指定它，或询问这台计算机的管理员。</translation>
    </message>
    <message>
      <source>The policy of this computer can’t be used</source>
      <translation>这台计算机的策略不能使用</translation>
    </message>
    <message>
      <source>{path} is no valid policy.</source>
      <translation>{path} 不是有效的策略。</translation>
    </message>
    <message>
      <source>Nothing is sent until the file is right, and what was to be sent waits. Show this to the administrator of this computer.</source>
      <translation>在文件更正之前不会发送任何内容，待发送的内容会等待。请将此信息告知这台计算机的管理员。</translation>
    </message>
    <message>
      <source>{path} is there, but can’t be read.</source>
      <translation>{path} 存在，但无法读取。</translation>
    </message>
    <message>
      <source>{path} is larger than 1 MB, so it is no policy.</source>
      <translation>{path} 大于 1 MB，不是策略。</translation>
    </message>
    <message>
      <source>{path} does not say that its schema is “gantry.policy/1”. It may be for a newer version of Gantry.</source>
      <translation>{path} 没有注明其 schema 是“gantry.policy/1”。它可能用于更新版本的 Gantry。</translation>
    </message>
    <message>
      <source>{path}, line {line}: there can’t be an entry “{entry}”. It may be for a newer version of Gantry.</source>
      <translation>{path} 第 {line} 行：不能有条目“{entry}”。它可能用于更新版本的 Gantry。</translation>
    </message>
    <message>
      <source>{path}, line {line}: “{entry}” is or has a secret. A policy never has secrets: all users can read them.</source>
      <translation>{path} 第 {line} 行：“{entry}”是密码等机密，或其中含有机密。策略绝不包含机密：所有用户都能读取它们。</translation>
    </message>
    <message>
      <source>{path}, line {line}: “{entry}” is no public key: 32 bytes, in Base64.</source>
      <translation>{path} 第 {line} 行：“{entry}”不是公钥（32 字节，Base64 编码）。</translation>
    </message>
    <message>
      <source>Several patients</source>
      <translation>多名患者</translation>
    </message>
    <message>
      <source>There are {patients} patients in what was dropped.</source>
      <translation>拖入的内容中有 {patients} 名患者。</translation>
    </message>
    <message>
      <source>Check that all of them are meant to be sent.</source>
      <translation>请确认全部都要发送。</translation>
    </message>
    <message>
      <source>One patient ID, several names</source>
      <translation>一个患者 ID，多个姓名</translation>
    </message>
    <message>
      <source>This patient ID has {names} different names.</source>
      <translation>该患者 ID 对应 {names} 个不同的姓名。</translation>
    </message>
    <message>
      <source>Check that it is one patient: a name may have been corrected, or an ID given twice.</source>
      <translation>请确认是同一名患者：可能更正过姓名，也可能重复使用了 ID。</translation>
    </message>
    <message>
      <source>No patient ID</source>
      <translation>没有患者 ID</translation>
    </message>
    <message>
      <source>These images carry no patient ID.</source>
      <translation>这些图像没有患者 ID。</translation>
    </message>
    <message>
      <source>They can be sent, but the archive may refuse or misplace them.</source>
      <translation>可以发送，但归档系统可能拒收或归错位置。</translation>
    </message>
    <message>
      <source>Character set guessed</source>
      <translation>字符集为推测</translation>
    </message>
    <message>
      <source>The text is shown as {charset}; the files declare another character set or none.</source>
      <translation>文字按 {charset} 显示；文件声明了其他字符集或未声明。</translation>
    </message>
    <message>
      <source>Check that it reads right. The files are sent unchanged.</source>
      <translation>请确认文字显示正确。文件将原样发送。</translation>
    </message>
    <message>
      <source>One study, several patients</source>
      <translation>一个检查，多名患者</translation>
    </message>
    <message>
      <source>The images of this study carry {patients} different patient IDs.</source>
      <translation>该检查的图像带有 {patients} 个不同的患者 ID。</translation>
    </message>
    <message>
      <source>Look at them before you send: one of the IDs is probably wrong.</source>
      <translation>发送前请核对：其中一个 ID 很可能有误。</translation>
    </message>
    <message>
      <source>Images without identifiers</source>
      <translation>图像缺少标识</translation>
    </message>
    <message>
      <source>{count} images lack a UID that DICOM demands.</source>
      <translation>{count} 幅图像缺少 DICOM 要求的 UID。</translation>
    </message>
    <message>
      <source>They are kept and sent unchanged, in an upload of their own.</source>
      <translation>这些图像保持原样，放在单独的上传包中发送。</translation>
    </message>
    <message>
      <source>Images with invalid identifiers</source>
      <translation>图像标识无效</translation>
    </message>
    <message>
      <source>{count} images have a UID that DICOM does not allow.</source>
      <translation>{count} 幅图像的 UID 不符合 DICOM 规定。</translation>
    </message>
    <message>
      <source>They are kept and sent unchanged; the archive may refuse them.</source>
      <translation>这些图像保持原样发送；归档系统可能拒收。</translation>
    </message>
    <message>
      <source>Different images under one identifier</source>
      <translation>同一标识下有不同的图像</translation>
    </message>
    <message>
      <source>{count} files share their SOP Instance UID with another file of different content.</source>
      <translation>{count} 个文件与其他内容不同的文件具有相同的 SOP Instance UID。</translation>
    </message>
    <message>
      <source>All are sent. An archive keeps only one of each: find out which is right.</source>
      <translation>全部都会发送。归档系统对每个 UID 只保留一份：请查明哪份正确。</translation>
    </message>
    <message>
      <source>Copies</source>
      <translation>重复的副本</translation>
    </message>
    <message>
      <source>{count} files are copies of images that are here already.</source>
      <translation>{count} 个文件是已有图像的副本。</translation>
    </message>
    <message>
      <source>Each image is sent once; nothing needs to be done.</source>
      <translation>每幅图像只发送一次；无需处理。</translation>
    </message>
    <message>
      <source>Files that are no longer there</source>
      <translation>文件已不存在</translation>
    </message>
    <message>
      <source>Some files of this series are no longer there: {count}.</source>
      <translation>此序列中有文件已不存在：{count} 个。</translation>
    </message>
    <message>
      <source>They were moved, renamed or deleted after they were read, and are off the list.</source>
      <translation>它们在读取之后被移动、重命名或删除，已从列表中移除。</translation>
    </message>
    <message>
      <source>Files could not be read</source>
      <translation>有文件无法读取</translation>
    </message>
    <message>
      <source>Some files or folders beside these images could not be read, and may belong to them: {count}.</source>
      <translation>这些图像旁边有文件或文件夹无法读取，它们可能属于同一检查：{count} 个。</translation>
    </message>
    <message>
      <source>When you press Send, Gantry tries again, and asks before it sends the rest.</source>
      <translation>按“发送”时，Gantry 会再次尝试读取，并在发送其余文件之前询问您。</translation>
    </message>
    <message>
      <source>Slices are probably missing</source>
      <translation>可能缺少切片</translation>
    </message>
    <message>
      <source>By their positions, {missing} slices are missing beside the {present} that are here, at {spacing} mm.</source>
      <translation>按位置判断，除现有 {present} 张切片外还缺少 {missing} 张，间距 {spacing} 毫米。</translation>
    </message>
    <message>
      <source>Check that the export was complete.</source>
      <translation>请确认导出是否完整。</translation>
    </message>
    <message>
      <source>Images are probably missing</source>
      <translation>可能缺少图像</translation>
    </message>
    <message>
      <source>By their positions, {missing} images are missing beside the {present} that are here.</source>
      <translation>按位置判断，除现有的 {present} 幅外还缺少 {missing} 幅图像。</translation>
    </message>
    <message>
      <source>The images are numbered {lowest} to {highest}; number {first} is not among them.</source>
      <translation>图像编号为 {lowest} 至 {highest}，其中缺少编号 {first}。</translation>
    </message>
    <message>
      <source>The images are numbered {lowest} to {highest}; numbers {first} to {last} are not among them.</source>
      <translation>图像编号为 {lowest} 至 {highest}，其中缺少编号 {first} 至 {last}。</translation>
    </message>
    <message>
      <source>The images are numbered {lowest} to {highest}; {missing} numbers are not among them ({numbers}).</source>
      <translation>图像编号为 {lowest} 至 {highest}，其中缺少 {missing} 个编号（{numbers}）。</translation>
    </message>
    <message>
      <source>Most image numbers occur {often} times, but not {numbers}: {missing} images are missing.</source>
      <translation>多数图像编号各出现 {often} 次，但 {numbers} 较少：缺少 {missing} 幅图像。</translation>
    </message>
    <message>
      <source>The headers announce {promised} images; found: {present}.</source>
      <translation>文件头称共有 {promised} 幅图像；现有 {present} 幅。</translation>
    </message>
    <message>
      <source>Names may be in the pictures</source>
      <translation>图像中可能有姓名</translation>
    </message>
    <message>
      <source>{count} images say that text is burned into them, which may name the patient.</source>
      <translation>{count} 幅图像标明其中烧录了文字，可能包含患者姓名。</translation>
    </message>
    <message>
      <source>Look at them before you send them to anybody who may not know the patient.</source>
      <translation>发送给不应知道患者身份的人之前，请先查看。</translation>
    </message>
    <message>
      <source>Still being written</source>
      <translation>仍在写入</translation>
    </message>
    <message>
      <source>{count} files are still being written by another program.</source>
      <translation>{count} 个文件仍在被另一个程序写入。</translation>
    </message>
    <message>
      <source>Gantry waits for them when it packs; better wait until the export is finished.</source>
      <translation>Gantry 打包时会等待它们；建议等导出完成后再发送。</translation>
    </message>
    <message>
      <source>Images are cut short</source>
      <translation>图像不完整</translation>
    </message>
    <message>
      <source>{count} files end too early or hold less image data than their headers say.</source>
      <translation>{count} 个文件不完整：文件提前结束，或图像数据少于文件头所述。</translation>
    </message>
    <message>
      <source>Export or copy them again. As they are, they are sent unchanged.</source>
      <translation>请重新导出或复制。如不处理，将原样发送。</translation>
    </message>
    <message>
      <source>Headers that break the DICOM standard</source>
      <translation>文件头不符合 DICOM 标准</translation>
    </message>
    <message>
      <source>{count} files have headers that break the standard; Gantry could read them.</source>
      <translation>{count} 个文件的文件头不符合标准；Gantry 仍可读取。</translation>
    </message>
    <message>
      <source>They are sent unchanged; the archive may refuse them.</source>
      <translation>将原样发送；归档系统可能会拒收。</translation>
    </message>
    <message>
      <source>Damaged headers</source>
      <translation>文件头已损坏</translation>
    </message>
    <message>
      <source>{count} files have damaged headers: only the first part can be read.</source>
      <translation>{count} 个文件的文件头已损坏：只能读取开头部分。</translation>
    </message>
    <message>
      <source>A file that is also a program</source>
      <translation>同时也是程序的文件</translation>
    </message>
    <message>
      <source>{count} files begin like a program, as well as being DICOM.</source>
      <translation>{count} 个文件既是 DICOM 文件，开头又与程序相同。</translation>
    </message>
    <message>
      <source>Don’t start them. Find out where they come from before you send them.</source>
      <translation>请勿运行它们。发送前请查明其来源。</translation>
    </message>
    <message>
      <source>{count} image lacks a UID that DICOM demands.</source>
      <translation>{count} 幅图像缺少 DICOM 要求的 UID。</translation>
    </message>
    <message>
      <source>{count} image has a UID that DICOM does not allow.</source>
      <translation>{count} 幅图像的 UID 不符合 DICOM 规定。</translation>
    </message>
    <message>
      <source>{count} file shares its SOP Instance UID with another file of different content.</source>
      <translation>{count} 个文件与另一个内容不同的文件具有相同的 SOP Instance UID。</translation>
    </message>
    <message>
      <source>{count} file is a copy of an image that is here already.</source>
      <translation>{count} 个文件是已有图像的副本。</translation>
    </message>
    <message>
      <source>By their positions, {missing} slice is missing beside the {present} that are here, at {spacing} mm.</source>
      <translation>按位置判断，除现有 {present} 张切片外还缺少 {missing} 张，间距 {spacing} 毫米。</translation>
    </message>
    <message>
      <source>By their positions, {missing} image is missing beside the {present} that are here.</source>
      <translation>按位置判断，除现有的 {present} 幅外还缺少 {missing} 幅图像。</translation>
    </message>
    <message>
      <source>Most image numbers occur {often} times, but not {numbers}: {missing} image is missing.</source>
      <translation>多数图像编号各出现 {often} 次，但 {numbers} 较少：缺少 {missing} 幅图像。</translation>
    </message>
    <message>
      <source>{count} image says that text is burned into it, which may name the patient.</source>
      <translation>{count} 幅图像标明其中烧录了文字，可能包含患者姓名。</translation>
    </message>
    <message>
      <source>{count} file is still being written by another program.</source>
      <translation>{count} 个文件仍在被另一个程序写入。</translation>
    </message>
    <message>
      <source>{count} file ends too early or holds less image data than its header says.</source>
      <translation>{count} 个文件不完整：文件提前结束，或图像数据少于文件头所述。</translation>
    </message>
    <message>
      <source>{count} file has a header that breaks the standard; Gantry could read it.</source>
      <translation>{count} 个文件的文件头不符合标准；Gantry 仍可读取。</translation>
    </message>
    <message>
      <source>{count} file has a damaged header: only the first part can be read.</source>
      <translation>{count} 个文件的文件头已损坏：只能读取开头部分。</translation>
    </message>
    <message>
      <source>{count} file begins like a program, as well as being DICOM.</source>
      <translation>{count} 个文件既是 DICOM 文件，开头又与程序相同。</translation>
    </message>
    <message>
      <source>not a DICOM file</source>
      <translation>不是 DICOM 文件</translation>
    </message>
    <message>
      <source>an empty file</source>
      <translation>空文件</translation>
    </message>
    <message>
      <source>a file that the system leaves behind</source>
      <translation>系统留下的文件</translation>
    </message>
    <message>
      <source>an index of DICOM files; it was read, and is not sent itself</source>
      <translation>DICOM 文件的索引；已读取，本身不发送</translation>
    </message>
    <message>
      <source>a link; links are not followed</source>
      <translation>链接；不会跟随链接</translation>
    </message>
    <message>
      <source>not a file: a pipe, a device or the like</source>
      <translation>不是文件：管道、设备等</translation>
    </message>
    <message>
      <source>the same image is here in another file; it is sent once</source>
      <translation>另一个文件中有相同的图像；只发送一次</translation>
    </message>
    <message>
      <source>not on this computer yet: let the cloud drive download it, then scan again</source>
      <translation>还不在本机上：请让云盘下载后重新扫描</translation>
    </message>
    <message>
      <source>ends in the middle of its header; copy it again from the original</source>
      <translation>文件头不完整；请从原始来源重新复制</translation>
    </message>
    <message>
      <source>damaged: its header can’t be read</source>
      <translation>已损坏：文件头无法读取</translation>
    </message>
    <message>
      <source>nested too deep to be real</source>
      <translation>嵌套过深，不可能是真实内容</translation>
    </message>
    <message>
      <source>its header is too large to be real</source>
      <translation>文件头过大，不可能是真实内容</translation>
    </message>
    <message>
      <source>still being written by another program; scan again when that is done</source>
      <translation>另一个程序仍在写入；完成后请重新扫描</translation>
    </message>
    <message>
      <source>was gone before it could be read</source>
      <translation>读取之前已不存在</translation>
    </message>
    <message>
      <source>is no longer there: it was moved, renamed or deleted after it was read</source>
      <translation>已不存在：在读取之后被移动、重命名或删除</translation>
    </message>
    <message>
      <source>you are not allowed to read it</source>
      <translation>您没有读取权限</translation>
    </message>
    <message>
      <source>locked by another program; close that, then scan again</source>
      <translation>被另一个程序锁定；请关闭它后重新扫描</translation>
    </message>
    <message>
      <source>can’t be read: the disk, CD or stick may be damaged</source>
      <translation>无法读取：磁盘、光盘或 U 盘可能已损坏</translation>
    </message>
    <message>
      <source>the drive or share is gone; connect it, then scan again</source>
      <translation>驱动器或共享已断开；请连接后重新扫描</translation>
    </message>
    <message>
      <source>listed in the index, not on the medium; copy the medium again</source>
      <translation>索引中列有此文件，但介质上没有；请重新复制该介质</translation>
    </message>
    <message>
      <source>points to a place outside what was dropped</source>
      <translation>指向拖入内容之外的位置</translation>
    </message>
    <message>
      <source>a damaged ZIP</source>
      <translation>ZIP 已损坏</translation>
    </message>
    <message>
      <source>locked with a password that Gantry doesn’t know; give it, or unpack the ZIP first</source>
      <translation>已加密，Gantry 不知道密码；请提供密码，或先解压该 ZIP</translation>
    </message>
    <message>
      <source>an archive within an archive; unpack it first</source>
      <translation>压缩包中的压缩包；请先解压</translation>
    </message>
    <message>
      <source>larger, when unpacked, than a ZIP may be here; unpack it first</source>
      <translation>解压后超过允许的大小；请先自行解压</translation>
    </message>
    <message>
      <source>compressed in a way that Gantry can’t read; unpack it first</source>
      <translation>Gantry 无法读取这种压缩方式；请先解压</translation>
    </message>
    <message>
      <source>a 7-Zip archive; unpack it first</source>
      <translation>7-Zip 压缩包；请先解压</translation>
    </message>
    <message>
      <source>a RAR archive; unpack it first</source>
      <translation>RAR 压缩包；请先解压</translation>
    </message>
    <message>
      <source>an archive or a CD image that Gantry can’t open; unpack it first</source>
      <translation>Gantry 无法打开的压缩包或光盘映像；请先解压</translation>
    </message>
    <message>
      <source>a tar archive that is damaged, or too large when unpacked</source>
      <translation>已损坏或解压后过大的 tar 归档文件</translation>
    </message>
    <message>
      <source>a compressed DICOM file; unpack it first</source>
      <translation>经过压缩的 DICOM 文件；请先解压</translation>
    </message>
    <message>
      <source>reading was stopped before all of it was read; drop it again</source>
      <translation>尚未读完即停止读取；请再次拖入</translation>
    </message>
    <message>
      <source>a fault in Gantry kept it from being read; please report it</source>
      <translation>因 Gantry 的缺陷而无法读取；请报告此问题</translation>
    </message>
    <message>
      <source>Gantry can’t read all of it</source>
      <translation>Gantry 无法完整读取它</translation>
    </message>
    <message>
      <source>something of the patient is still in it</source>
      <translation>其中仍有患者的信息</translation>
    </message>
    <message>
      <source>it says that text is burned into the picture</source>
      <translation>它标明图像中烧录了文字</translation>
    </message>
    <message>
      <source>pictures of this kind often name the patient</source>
      <translation>这类图像中常有患者姓名</translation>
    </message>
    <message>
      <source>it is a screenshot or a scan, which may name the patient</source>
      <translation>它是截图或扫描件，可能含有患者姓名</translation>
    </message>
    <message>
      <source>it is a screenshot or a dose report, which may name the patient</source>
      <translation>它是截图或剂量报告，可能含有患者姓名</translation>
    </message>
    <message>
      <source>the masks for its kind can’t be applied to a picture that is stored like this</source>
      <translation>此类图像的遮盖无法应用于以这种方式存储的图像</translation>
    </message>
    <message>
      <source>an overlay, which may name the patient, is among the bits of its pixels</source>
      <translation>其像素的数值位中含有叠加层，可能含有患者姓名</translation>
    </message>
    <message>
      <source>it is a document, which Gantry can’t search</source>
      <translation>它是文档，Gantry 无法搜索其内容</translation>
    </message>
    <message>
      <source>it is an index of files, not an image</source>
      <translation>它是文件索引，不是图像</translation>
    </message>
    <message>
      <source>kept</source>
      <translation>保留</translation>
    </message>
    <message>
      <source>each element in it treated by itself</source>
      <translation>逐一处理其中的每个元素</translation>
    </message>
    <message>
      <source>removed</source>
      <translation>删除</translation>
    </message>
    <message>
      <source>emptied</source>
      <translation>清空</translation>
    </message>
    <message>
      <source>replaced by a placeholder</source>
      <translation>替换为占位值</translation>
    </message>
    <message>
      <source>new UID</source>
      <translation>新 UID</translation>
    </message>
    <message>
      <source>kept, with a new UID in it</source>
      <translation>保留，其中的 UID 换为新 UID</translation>
    </message>
    <message>
      <source>date shifted</source>
      <translation>日期平移</translation>
    </message>
    <message>
      <source>kept, 90 years at most</source>
      <translation>保留，最大为 90 岁</translation>
    </message>
    <message>
      <source>technical words kept</source>
      <translation>仅保留技术用语</translation>
    </message>
    <message>
      <source>removed, because it had readable text</source>
      <translation>含有可读文字，已删除</translation>
    </message>
    <message>
      <source>pseudonym</source>
      <translation>假名</translation>
    </message>
    <message>
      <source>parts of names</source>
      <translation>姓名的各部分</translation>
    </message>
    <message>
      <source>IDs and numbers</source>
      <translation>ID 和编号</translation>
    </message>
    <message>
      <source>dates</source>
      <translation>日期</translation>
    </message>
    <message>
      <source>institutions and addresses</source>
      <translation>机构和地址</translation>
    </message>
    <message>
      <source>UIDs</source>
      <translation>UID</translation>
    </message>
    <message>
      <source>words of the names of folders and files</source>
      <translation>文件夹名和文件名中的词</translation>
    </message>
    <message>
      <source>De-identification report</source>
      <translation>去标识化报告</translation>
    </message>
    <message>
      <source>For your own records. The last sections may hold patient data: remove them before you pass this report on, or pass on the JSON file beside it, which holds none.</source>
      <translation>供您自己存档。最后几节可能含有患者数据：转交本报告之前请将其删除，或者转交旁边不含患者数据的 JSON 文件。</translation>
    </message>
    <message>
      <source>Job</source>
      <translation>任务</translation>
    </message>
    <message>
      <source>Destination</source>
      <translation>目的地</translation>
    </message>
    <message>
      <source>Practice (this computer)</source>
      <translation>练习（本机）</translation>
    </message>
    <message>
      <source>Started</source>
      <translation>开始时间</translation>
    </message>
    <message>
      <source>Profile</source>
      <translation>配置</translation>
    </message>
    <message>
      <source>Rules</source>
      <translation>规则</translation>
    </message>
    <message>
      <source>DICOM PS3.15, table E.1-1, edition {edition}</source>
      <translation>DICOM PS3.15 表 E.1-1，版本 {edition}</translation>
    </message>
    <message>
      <source>Gantry version</source>
      <translation>Gantry 版本</translation>
    </message>
    <message>
      <source>Checksum of all rules</source>
      <translation>全部规则的校验和</translation>
    </message>
    <message>
      <source>Identifier of the key</source>
      <translation>密钥的标识</translation>
    </message>
    <message>
      <source>Result</source>
      <translation>结果</translation>
    </message>
    <message>
      <source>Files de-identified</source>
      <translation>已去标识化的文件</translation>
    </message>
    <message>
      <source>of these, with masked pixels</source>
      <translation>其中像素被遮盖的</translation>
    </message>
    <message>
      <source>Files held</source>
      <translation>被扣留的文件</translation>
    </message>
    <message>
      <source>Held files that were skipped</source>
      <translation>被扣留后跳过的文件</translation>
    </message>
    <message>
      <source>No file was held.</source>
      <translation>没有文件被扣留。</translation>
    </message>
    <message>
      <source>Search for what could identify the patients</source>
      <translation>搜索可能识别患者的信息</translation>
    </message>
    <message>
      <source>Each file was searched for what its original said about the patient, in several spellings. No file left in which any of it was found. The numbers are sums over all files.</source>
      <translation>在每个文件中，以多种写法搜索了其原件中有关患者的内容。凡是搜到其中任何一项的文件都没有放行。数字为所有文件的总和。</translation>
    </message>
    <message>
      <source>Kind</source>
      <translation>种类</translation>
    </message>
    <message>
      <source>Searched for</source>
      <translation>已搜索</translation>
    </message>
    <message>
      <source>Not searchable: too short, or an everyday word</source>
      <translation>无法搜索：太短，或是日常用词</translation>
    </message>
    <message>
      <source>What was done to the elements</source>
      <translation>对各元素的处理</translation>
    </message>
    <message>
      <source>Tag</source>
      <translation>标签</translation>
    </message>
    <message>
      <source>Name</source>
      <translation>名称</translation>
    </message>
    <message>
      <source>Action</source>
      <translation>处理</translation>
    </message>
    <message>
      <source>Times</source>
      <translation>次数</translation>
    </message>
    <message>
      <source>Private elements that stayed</source>
      <translation>保留的私有元素</translation>
    </message>
    <message>
      <source>No private element stayed.</source>
      <translation>没有保留任何私有元素。</translation>
    </message>
    <message>
      <source>Creator</source>
      <translation>创建者</translation>
    </message>
    <message>
      <source>Masks</source>
      <translation>遮罩</translation>
    </message>
    <message>
      <source>Mask</source>
      <translation>遮罩</translation>
    </message>
    <message>
      <source>Images</source>
      <translation>图像</translation>
    </message>
    <message>
      <source>Frames</source>
      <translation>帧数</translation>
    </message>
    <message>
      <source>everything outside the ultrasound’s regions</source>
      <translation>超声区域以外的全部内容</translation>
    </message>
    <message>
      <source>rectangles drawn for images of this kind</source>
      <translation>为这一类图像绘制的矩形</translation>
    </message>
    <message>
      <source>Texts that stayed</source>
      <translation>保留的文字</translation>
    </message>
    <message>
      <source>Each different text that is still in the files, so that a person can judge it.</source>
      <translation>文件中仍有的每一种不同文字，供人工判断。</translation>
    </message>
    <message>
      <source>No text stayed.</source>
      <translation>没有保留任何文字。</translation>
    </message>
    <message>
      <source>More texts than can be listed stayed in the files: {count} are missing here.</source>
      <translation>文件中保留的文字多于此处所能列出的：此处缺少 {count} 条。</translation>
    </message>
    <message>
      <source>Text</source>
      <translation>文字</translation>
    </message>
    <message>
      <source>Files</source>
      <translation>文件</translation>
    </message>
    <message>
      <source>Patients whose IDs look alike</source>
      <translation>ID 相似的患者</translation>
    </message>
    <message>
      <source>These IDs differ only in zeros, separators or capital letters. They were treated as different patients, each with a pseudonym of its own. Check whether they are.</source>
      <translation>这些 ID 只在零、分隔符或大小写上不同。它们被当作不同的患者处理，各有自己的假名。请核对是否如此。</translation>
    </message>
    <message>
      <source>What this report does not say</source>
      <translation>本报告未说明的内容</translation>
    </message>
    <message>
      <source>Gantry does not read text in pictures and does not remove faces. It finds what a file itself says about its patient, not what only a person would recognize.</source>
      <translation>Gantry 不读取图像中的文字，也不去除面部。它能找到文件自身有关患者的内容，但找不到只有人才能辨认的内容。</translation>
    </message>
    <message>
      <source>Waiting</source>
      <translation>等待中</translation>
    </message>
    <message>
      <source>It has not been sent yet.</source>
      <translation>尚未发送。</translation>
    </message>
    <message>
      <source>Packing</source>
      <translation>打包中</translation>
    </message>
    <message>
      <source>Ready to send</source>
      <translation>待发送</translation>
    </message>
    <message>
      <source>It is packed and verified, and has not been sent yet.</source>
      <translation>已打包并校验，尚未发送。</translation>
    </message>
    <message>
      <source>Sending</source>
      <translation>发送中</translation>
    </message>
    <message>
      <source>It was being sent, and is not known to have arrived as a whole.</source>
      <translation>正在发送，尚不能确认已完整到达。</translation>
    </message>
    <message>
      <source>Delivered</source>
      <translation>已送达</translation>
    </message>
    <message>
      <source>How this is known is said under “Arrival”.</source>
      <translation>依据见“到达”一项。</translation>
    </message>
    <message>
      <source>Accepted, not proved</source>
      <translation>已接收，未证实</translation>
    </message>
    <message>
      <source>The destination took it. That it arrived as it was sent is not proved.</source>
      <translation>目的地已接收，但未证实到达的内容与所发送的一致。</translation>
    </message>
    <message>
      <source>Incomplete</source>
      <translation>不完整</translation>
    </message>
    <message>
      <source>The destination took what was packed, but some files could not be read and were not sent.</source>
      <translation>目的地已接收打包的内容，但有些文件无法读取，未发送。</translation>
    </message>
    <message>
      <source>Held</source>
      <translation>已扣留</translation>
    </message>
    <message>
      <source>De-identification holds it back, until a person decides. It was not sent.</source>
      <translation>去标识化将其扣留，等待人工决定。未发送。</translation>
    </message>
    <message>
      <source>Unclear</source>
      <translation>不明确</translation>
    </message>
    <message>
      <source>It may have arrived: no answer came, and the destination could not be asked.</source>
      <translation>可能已到达：没有收到应答，也无法向目的地查询。</translation>
    </message>
    <message>
      <source>Failed</source>
      <translation>失败</translation>
    </message>
    <message>
      <source>It is not known to have arrived as a whole.</source>
      <translation>不能确认已完整到达。</translation>
    </message>
    <message>
      <source>Cancelled</source>
      <translation>已取消</translation>
    </message>
    <message>
      <source>It was given up, and is not known to have arrived as a whole.</source>
      <translation>已放弃，不能确认已完整到达。</translation>
    </message>
    <message>
      <source>Split into smaller uploads</source>
      <translation>已拆分为更小的上传包</translation>
    </message>
    <message>
      <source>It was too big for the destination. Its files are in other uploads of this job.</source>
      <translation>超过目的地的大小限制，其文件在本任务的其他上传包中。</translation>
    </message>
    <message>
      <source>Interrupted</source>
      <translation>已中断</translation>
    </message>
    <message>
      <source>It is not finished, and is not known to have arrived as a whole.</source>
      <translation>尚未完成，不能确认已完整到达。</translation>
    </message>
    <message>
      <source>stored</source>
      <translation>已保存</translation>
    </message>
    <message>
      <source>already there, with the same content</source>
      <translation>已存在，内容相同</translation>
    </message>
    <message>
      <source>accepted, not proved</source>
      <translation>已接收，未证实</translation>
    </message>
    <message>
      <source>already there, content not compared</source>
      <translation>已存在，内容未比对</translation>
    </message>
    <message>
      <source>rejected</source>
      <translation>被拒绝</translation>
    </message>
    <message>
      <source>unknown</source>
      <translation>未知</translation>
    </message>
    <message>
      <source>the receiver’s SHA-256</source>
      <translation>接收端的 SHA-256</translation>
    </message>
    <message>
      <source>the receiver’s SHA-384</source>
      <translation>接收端的 SHA-384</translation>
    </message>
    <message>
      <source>the receiver’s SHA-512</source>
      <translation>接收端的 SHA-512</translation>
    </message>
    <message>
      <source>the receiver’s SHA-1</source>
      <translation>接收端的 SHA-1</translation>
    </message>
    <message>
      <source>the receiver’s MD5</source>
      <translation>接收端的 MD5</translation>
    </message>
    <message>
      <source>the receiver’s checksum</source>
      <translation>接收端的校验和</translation>
    </message>
    <message>
      <source>the answer, by the destination’s success rule</source>
      <translation>按该目的地的成功规则判断的应答</translation>
    </message>
    <message>
      <source>the word of the user, who looked there</source>
      <translation>用户在目的地亲自确认</translation>
    </message>
    <message>
      <source>reading it back</source>
      <translation>回读比对</translation>
    </message>
    <message>
      <source>{proof}: {listed} of {count} listed</source>
      <translation>{proof}：列出了 {count} 个中的 {listed} 个</translation>
    </message>
    <message>
      <source>Certificate of an upload job</source>
      <translation>上传任务凭证</translation>
    </message>
    <message>
      <source>Everything in this certificate was delivered. How this is known is said for each upload.</source>
      <translation>本凭证所列内容均已送达。依据见各上传包。</translation>
    </message>
    <message>
      <source>The destination took everything in this certificate. Not all of it is proved to have arrived as it was sent.</source>
      <translation>目的地已接收本凭证所列的全部内容，但并非全部证实与所发送的一致。</translation>
    </message>
    <message>
      <source>Everything that was packed was delivered. Held files that the user skipped were not sent.</source>
      <translation>打包的内容均已送达。被扣留后由用户跳过的文件未发送。</translation>
    </message>
    <message>
      <source>This job is not finished, or waits for a person’s decision. The certificate says how far it is.</source>
      <translation>本任务尚未完成，或在等待人工决定。本凭证说明目前的进度。</translation>
    </message>
    <message>
      <source>Not everything in this certificate is known to have arrived. See each upload.</source>
      <translation>不能确认本凭证所列内容均已到达。请查看各上传包。</translation>
    </message>
    <message>
      <source>This job has no uploads.</source>
      <translation>本任务没有上传包。</translation>
    </message>
    <message>
      <source>This certificate is about one upload. Its job has {count} uploads.</source>
      <translation>本凭证只涉及一个上传包。其所属任务共有 {count} 个上传包。</translation>
    </message>
    <message>
      <source>Address</source>
      <translation>地址</translation>
    </message>
    <message>
      <source>Finished</source>
      <translation>结束时间</translation>
    </message>
    <message>
      <source>not finished</source>
      <translation>未完成</translation>
    </message>
    <message>
      <source>De-identified</source>
      <translation>去标识化</translation>
    </message>
    <message>
      <source>{profile}, DICOM PS3.15 edition {edition}, by Gantry {gantry}; checksum of the rules: {sha256}</source>
      <translation>{profile}，DICOM PS3.15 {edition} 版，由 Gantry {gantry} 执行；规则校验和：{sha256}</translation>
    </message>
    <message>
      <source>Certificate made</source>
      <translation>凭证生成时间</translation>
    </message>
    <message>
      <source>{time}, by Gantry {version}</source>
      <translation>{time}，由 Gantry {version} 生成</translation>
    </message>
    <message>
      <source>Totals</source>
      <translation>合计</translation>
    </message>
    <message>
      <source>State</source>
      <translation>状态</translation>
    </message>
    <message>
      <source>{state}. {meaning}</source>
      <translation>{state}。{meaning}</translation>
    </message>
    <message>
      <source>Uploads</source>
      <translation>上传包</translation>
    </message>
    <message>
      <source>Files chosen</source>
      <translation>所选文件</translation>
    </message>
    <message>
      <source>Files that could not be read</source>
      <translation>无法读取的文件</translation>
    </message>
    <message>
      <source>Instances in archives</source>
      <translation>归档中的实例</translation>
    </message>
    <message>
      <source>Together</source>
      <translation>总计</translation>
    </message>
    <message>
      <source>Upload {number} of {count}</source>
      <translation>上传包 {number}/{count}</translation>
    </message>
    <message>
      <source>Upload’s ID</source>
      <translation>上传包 ID</translation>
    </message>
    <message>
      <source>For</source>
      <translation>标签</translation>
    </message>
    <message>
      <source>Patient ID</source>
      <translation>患者 ID</translation>
    </message>
    <message>
      <source>no labels</source>
      <translation>无标签</translation>
    </message>
    <message>
      <source>Study Instance UID, as sent</source>
      <translation>检查 UID（按发送内容）</translation>
    </message>
    <message>
      <source>Held files that the user skipped</source>
      <translation>被扣留后由用户跳过的文件</translation>
    </message>
    <message>
      <source>Equal copies, packed once</source>
      <translation>相同的副本（只打包一次）</translation>
    </message>
    <message>
      <source>the list of files is not kept any more</source>
      <translation>文件列表已不再保留</translation>
    </message>
    <message>
      <source>SHA-256 of the archive</source>
      <translation>归档的 SHA-256</translation>
    </message>
    <message>
      <source>Size of the archive</source>
      <translation>归档大小</translation>
    </message>
    <message>
      <source>{count} bytes</source>
      <translation>{count} 字节</translation>
    </message>
    <message>
      <source>Answered</source>
      <translation>应答时间</translation>
    </message>
    <message>
      <source>Arrival</source>
      <translation>到达</translation>
    </message>
    <message>
      <source>{outcome}; proved by {proof}</source>
      <translation>{outcome}；证明方式：{proof}</translation>
    </message>
    <message>
      <source>{outcome}; known from {proof}</source>
      <translation>{outcome}；依据：{proof}</translation>
    </message>
    <message>
      <source>{outcome}; known from the destination’s answer</source>
      <translation>{outcome}；依据：目的地的应答</translation>
    </message>
    <message>
      <source>{stored} of {count} are stored</source>
      <translation>{count} 个中已保存 {stored} 个</translation>
    </message>
    <message>
      <source>{count} were already there, and their content was not compared</source>
      <translation>{count} 个此前已存在，内容未比对</translation>
    </message>
    <message>
      <source>Status of the answer</source>
      <translation>应答状态</translation>
    </message>
    <message>
      <source>Reason</source>
      <translation>原因</translation>
    </message>
    <message>
      <source>What this certificate does not say</source>
      <translation>本凭证未说明的内容</translation>
    </message>
    <message>
      <source>It repeats what the history of the sending computer knows. Files that were not chosen for this job, and files that were skipped when folders were read, are not in it. What happened at the destination after its answer is not known.</source>
      <translation>本凭证只重述发送计算机历史记录中的内容。未选入本任务的文件，以及读取文件夹时跳过的文件，不在其中。目的地应答之后发生的情况不得而知。</translation>
    </message>
    <message>
      <source>The history does not keep which version of Gantry sent the files; of what was de-identified, the version is said above.</source>
      <translation>历史记录不保存发送文件的 Gantry 版本；经过去标识化的内容，其版本见上文。</translation>
    </message>
    <message>
      <source>The history does not keep the list of files of some of these uploads any more. Their instances are not counted here.</source>
      <translation>其中一些上传包的文件列表已不再保留在历史记录中，其实例未计入此处。</translation>
    </message>
    <message>
      <source>Instances</source>
      <translation>实例</translation>
    </message>
    <message>
      <source>The files of an upload that was split are counted in its parts.</source>
      <translation>被拆分的上传包的文件计入拆分出的各部分。</translation>
    </message>
    <message>
      <source>{host} says: “{words}”</source>
      <translation>{host} 的答复：“{words}”</translation>
    </message>
    <message>
      <source>the server</source>
      <translation>服务器</translation>
    </message>
    <message>
      <source>see the list of images</source>
      <translation>见图像列表</translation>
    </message>
    <message>
      <source>The server</source>
      <translation>服务器</translation>
    </message>
    <message>
      <source>a file</source>
      <translation>某个文件</translation>
    </message>
    <message>
      <source>the folder</source>
      <translation>该文件夹</translation>
    </message>
    <message>
      <source>this upload</source>
      <translation>该上传包</translation>
    </message>
    <message>
      <source>of this name</source>
      <translation>（此名称）</translation>
    </message>
    <message>
      <source>of the policy</source>
      <translation>策略所定的</translation>
    </message>
    <message>
      <source>the proxy</source>
      <translation>代理服务器</translation>
    </message>
    <message>
      <source>an unknown issuer</source>
      <translation>未知的颁发者</translation>
    </message>
    <message>
      <source>another name</source>
      <translation>另一个名称</translation>
    </message>
    <message>
      <source>an earlier date</source>
      <translation>更早的日期</translation>
    </message>
    <message>
      <source>a later date</source>
      <translation>更晚的日期</translation>
    </message>
    <message>
      <source>another address</source>
      <translation>另一个地址</translation>
    </message>
    <message>
      <source>this address</source>
      <translation>该地址</translation>
    </message>
    <message>
      <source>this name</source>
      <translation>该名称</translation>
    </message>
    <message>
      <source>a certain size</source>
      <translation>一定的大小</translation>
    </message>
    <message>
      <source>more</source>
      <translation>更大的体积</translation>
    </message>
    <message>
      <source>a setting</source>
      <translation>某项设置</translation>
    </message>
    <message>
      <source>some space</source>
      <translation>一些空间</translation>
    </message>
    <message>
      <source>too little</source>
      <translation>太少的空间</translation>
    </message>
    <message>
      <source>several</source>
      <translation>若干</translation>
    </message>
    <message>
      <source>an unknown status</source>
      <translation>未知状态</translation>
    </message>
    <message>
      <source>for an unknown reason</source>
      <translation>未知原因</translation>
    </message>
    <message>
      <source>some</source>
      <translation>若干</translation>
    </message>
    <message>
      <source>others</source>
      <translation>其他</translation>
    </message>
    <message>
      <source>all</source>
      <translation>全部</translation>
    </message>
    <message>
      <source>an older one</source>
      <translation>较旧的格式</translation>
    </message>
    <message>
      <source>a name, a number or a date</source>
      <translation>姓名、编号或日期</translation>
    </message>
    <message>
      <source>this label</source>
      <translation>此标签</translation>
    </message>
    <message>
      <source>another value</source>
      <translation>另一个值</translation>
    </message>
    <message>
      <source>of the destination</source>
      <translation>目的地的</translation>
    </message>
    <message>
      <source>an unknown place</source>
      <translation>未知</translation>
    </message>
    <message>
      <source>one of the uploads</source>
      <translation>其中一个上传包</translation>
    </message>
    <message>
      <source>a value</source>
      <translation>一个值</translation>
    </message>
    <message>
      <source>an unknown line</source>
      <translation>未知</translation>
    </message>
    <message>
      <source>one of its entries</source>
      <translation>其中一项</translation>
    </message>
    <message>
      <source>an unknown one</source>
      <translation>未知</translation>
    </message>
    <message>
      <source>without a name</source>
      <translation>无名称</translation>
    </message>
    <message>
      <source>fewer</source>
      <translation>更少</translation>
    </message>
    <message>
      <source>The option</source>
      <translation>该选项</translation>
    </message>
    <message>
      <source>a different value</source>
      <translation>其他值</translation>
    </message>
    <message>
      <source>another time</source>
      <translation>另一个时间</translation>
    </message>
    <message>
      <source>a different one</source>
      <translation>不同的时间</translation>
    </message>
  </context>
  <context>
    <name>proofs</name>
    <message>
      <source>{proof}: {listed} of {count} listed</source>
      <translation>{proof}：列出了 {count} 个中的 {listed} 个</translation>
    </message>
    <message>
      <source>receiver's SHA-256</source>
      <translation>接收端的 SHA-256</translation>
    </message>
    <message>
      <source>receiver's SHA-384</source>
      <translation>接收端的 SHA-384</translation>
    </message>
    <message>
      <source>receiver's SHA-512</source>
      <translation>接收端的 SHA-512</translation>
    </message>
    <message>
      <source>receiver's SHA-1</source>
      <translation>接收端的 SHA-1</translation>
    </message>
    <message>
      <source>receiver's MD5</source>
      <translation>接收端的 MD5</translation>
    </message>
    <message>
      <source>receiver's checksum</source>
      <translation>接收端的校验和</translation>
    </message>
    <message>
      <source>the destination's success rule</source>
      <translation>该目的地的成功规则</translation>
    </message>
    <message>
      <source>what you saw there</source>
      <translation>您在目的地亲自确认</translation>
    </message>
    <message>
      <source>reading it back</source>
      <translation>回读比对</translation>
    </message>
  </context>
  <context>
    <name>quantities</name>
    <message>
      <source>{size}/s</source>
      <translation>{size}/秒</translation>
    </message>
    <message>
      <source>{n} s</source>
      <translation>{n} 秒</translation>
    </message>
    <message>
      <source>{n} min</source>
      <translation>{n} 分钟</translation>
    </message>
    <message>
      <source>{h} h {m} min</source>
      <translation>{h} 小时 {m} 分钟</translation>
    </message>
    <message>
      <source>{n} days</source>
      <translation>{n} 天</translation>
    </message>
    <message>
      <source>yyyy-MM-dd HH:mm</source>
      <translation>yyyy-MM-dd HH:mm</translation>
    </message>
  </context>
  <context>
    <name>rules</name>
    <message>
      <source>Empty it</source>
      <translation>清空</translation>
    </message>
    <message>
      <source>Remove it</source>
      <translation>移除</translation>
    </message>
    <message>
      <source>No rule</source>
      <translation>不设规则</translation>
    </message>
    <message>
      <source>The whole file</source>
      <translation>整个文件</translation>
    </message>
    <message>
      <source>What was found is in no single element.</source>
      <translation>发现的内容不在某一个元素中。</translation>
    </message>
    <message>
      <source>No rule can change this element: the file is read by it.</source>
      <translation>任何规则都不能更改此元素：读取文件需要它。</translation>
    </message>
    <message>
      <source>No rule can change what names the maker of private elements.</source>
      <translation>任何规则都不能更改标明私有元素厂商的元素。</translation>
    </message>
    <message>
      <source>A rule for a private element needs the name of its maker, and the files don’t say it, say several, or can’t be read now.</source>
      <translation>私有元素的规则需要其厂商名称，而文件中没有该名称、有多个名称，或文件目前无法读取。</translation>
    </message>
    <message>
      <source>Send the upload without these files.</source>
      <translation>请在发送时不含这些文件。</translation>
    </message>
    <message>
      <source>{destination} takes only what is de-identified by the profile in its settings. With other rules, it would be another profile. Send without these files, or choose a profile file in the settings of the destination and send the files again.</source>
      <translation>{destination} 只接受按其设置中的方案去标识化的内容，而规则不同就是另一个方案。请不含这些文件发送，或在目的地设置中选择一个配置文件，再重新发送这些文件。</translation>
    </message>
    <message>
      <source>The profile {profile} belongs to a preset, so it is not changed here. Ask those who gave you the preset for the rule, or send without these files.</source>
      <translation>方案 {profile} 属于预设，因此不在此处更改。请向预设的提供者索取此规则，或不含这些文件发送。</translation>
    </message>
    <message>
      <source>You may not change the profile file {path}. Ask its owner for the rule, or send without these files.</source>
      <translation>您无权更改配置文件 {path}。请向其所有者索取此规则，或不含这些文件发送。</translation>
    </message>
  </context>
  <context>
    <name>settings</name>
    <message>
      <source>Sending</source>
      <translation>发送</translation>
    </message>
    <message>
      <source>Applies to new jobs. Bandwidth limits also apply to running jobs.</source>
      <translation>对此后开始的任务有效。带宽限制对正在进行的任务也有效。</translation>
    </message>
    <message>
      <source>Storage</source>
      <translation>存储</translation>
    </message>
    <message>
      <source>Gantry makes archives in the spool folder before it sends them. The folder needs about as much free space as the studies of one job.</source>
      <translation>Gantry 发送前先在暂存文件夹中生成归档。所需可用空间大约等于一个任务中所有检查的大小。</translation>
    </message>
    <message>
      <source>Alerts</source>
      <translation>通知</translation>
    </message>
    <message>
      <source>When a job ends, Gantry tells this address how many uploads arrived and how many failed. It sends no names and no patient data.</source>
      <translation>任务结束时，Gantry 会向此地址报告送达和失败的上传包数量，不发送姓名和患者数据。</translation>
    </message>
    <message>
      <source>Language and look</source>
      <translation>语言和外观</translation>
    </message>
    <message>
      <source>Changes apply immediately.</source>
      <translation>更改立即生效。</translation>
    </message>
    <message>
      <source>Applies immediately.</source>
      <translation>立即生效。</translation>
    </message>
    <message>
      <source>Applies to new jobs.</source>
      <translation>对此后开始的任务有效。</translation>
    </message>
    <message>
      <source>Arc&amp;hive contents</source>
      <translation>每个归档包含(&amp;H)</translation>
    </message>
    <message>
      <source>What one archive contains. Each archive is sent and confirmed as a whole.</source>
      <translation>一个归档里装什么。每个归档作为一个整体发送和确认。</translation>
    </message>
    <message>
      <source>One study</source>
      <translation>一个检查</translation>
    </message>
    <message>
      <source>One series</source>
      <translation>一个序列</translation>
    </message>
    <message>
      <source>All of one patient</source>
      <translation>一名患者的全部</translation>
    </message>
    <message>
      <source>&amp;Too big for the server</source>
      <translation>超过服务器限制(&amp;T)</translation>
    </message>
    <message>
      <source>Whether Gantry splits an archive that the server finds too big. If it does not, the upload fails, and Gantry offers to split it.</source>
      <translation>归档超过服务器限制时是否自动拆分。不拆分则上传失败，再由您决定是否拆分。</translation>
    </message>
    <message>
      <source>Split by series, then further, without asking</source>
      <translation>自动按序列拆分，仍过大则继续拆小，不再询问</translation>
    </message>
    <message>
      <source>&amp;Compression</source>
      <translation>压缩(&amp;C)</translation>
    </message>
    <message>
      <source>How small archives become. Smaller archives take longer to pack.</source>
      <translation>归档压缩到多小。压得越小，打包越慢。</translation>
    </message>
    <message>
      <source>Fastest</source>
      <translation>最快</translation>
    </message>
    <message>
      <source>Fast (recommended)</source>
      <translation>较快（推荐）</translation>
    </message>
    <message>
      <source>Smaller</source>
      <translation>较小</translation>
    </message>
    <message>
      <source>Smallest</source>
      <translation>最小</translation>
    </message>
    <message>
      <source>&amp;Packed in parallel</source>
      <translation>同时打包数(&amp;P)</translation>
    </message>
    <message>
      <source>How many archives are packed at the same time; never more than there are cores.</source>
      <translation>同时打包多少个归档；不会超过核心数。</translation>
    </message>
    <message>
      <source>As many as cores</source>
      <translation>与核心数相同</translation>
    </message>
    <message>
      <source>&amp;Sent in parallel</source>
      <translation>同时发送数(&amp;S)</translation>
    </message>
    <message>
      <source>How many archives are sent at the same time.</source>
      <translation>同时发送多少个归档。</translation>
    </message>
    <message>
      <source>Attempts to p&amp;ack</source>
      <translation>打包尝试次数(&amp;A)</translation>
    </message>
    <message>
      <source>How often Gantry tries to pack an archive before it fails.</source>
      <translation>打包一个归档最多尝试多少次，之后算作失败。</translation>
    </message>
    <message>
      <source>Attempts to s&amp;end</source>
      <translation>发送尝试次数(&amp;E)</translation>
    </message>
    <message>
      <source>How often Gantry tries to send an archive before it fails.</source>
      <translation>发送一个归档最多尝试多少次，之后算作失败。</translation>
    </message>
    <message>
      <source>De-identification &amp;report</source>
      <translation>去标识化报告(&amp;R)</translation>
    </message>
    <message>
      <source>Whether the archive of a de-identified upload contains a report (deidentification.json): profile, counts by element, private elements that stayed, masks. It has no patient data. Destinations that take single instances do not get it.</source>
      <translation>去标识化的上传包的归档中是否包含报告（deidentification.json）：方案、各元素的处理次数、保留的私有元素、遮盖。报告不含患者数据。逐个接收实例的目的地不会收到它。</translation>
    </message>
    <message>
      <source>Send it in the archive</source>
      <translation>放入归档一起发送</translation>
    </message>
    <message>
      <source>&amp;Bandwidth</source>
      <translation>带宽(&amp;B)</translation>
    </message>
    <message>
      <source>The limit for all uploads together.</source>
      <translation>所有上传合计的速度上限。</translation>
    </message>
    <message>
      <source> MB/s</source>
      <translation> MB/s</translation>
    </message>
    <message>
      <source>No limit</source>
      <translation>无限制</translation>
    </message>
    <message>
      <source>Limit by time of da&amp;y</source>
      <translation>按时段限速(&amp;L)</translation>
    </message>
    <message>
      <source>The limit in bytes per second from each time of day (K, M, G; off: no limit). A day before the time (mon-08:00) limits it to that day.</source>
      <translation>从每个时刻起的速度上限，单位为字节/秒（可用 K、M、G；off 表示不限）。在时间前加星期（如 mon-08:00）则只在该日生效。</translation>
    </message>
    <message>
      <source>&amp;Spool folder</source>
      <translation>暂存文件夹(&amp;S)</translation>
    </message>
    <message>
      <source>The folder in which archives are made.</source>
      <translation>生成归档的文件夹。</translation>
    </message>
    <message>
      <source>Gantry's own folder</source>
      <translation>Gantry 自己的文件夹</translation>
    </message>
    <message>
      <source>A&amp;rchives</source>
      <translation>归档(&amp;R)</translation>
    </message>
    <message>
      <source>Whether an archive stays in the spool folder after it has arrived.</source>
      <translation>归档送达后是否留在暂存文件夹中。</translation>
    </message>
    <message>
      <source>Keep archives after delivery</source>
      <translation>送达后保留归档</translation>
    </message>
    <message>
      <source>&amp;File lists in the history</source>
      <translation>历史中的文件列表(&amp;F)</translation>
    </message>
    <message>
      <source>How long the history keeps the list of files in a delivered archive. The receipt is kept forever.</source>
      <translation>已送达归档的文件列表在历史记录中保留多久。回执永久保留。</translation>
    </message>
    <message>
      <source> days</source>
      <translation> 天</translation>
    </message>
    <message>
      <source>Forever</source>
      <translation>永久</translation>
    </message>
    <message>
      <source>Sign &amp;certificates with</source>
      <translation>凭证签名密钥(&amp;C)</translation>
    </message>
    <message>
      <source>The path of a private key (Ed25519, PEM, without a passphrase). Certificates of jobs are signed with it.</source>
      <translation>私钥（Ed25519，PEM，无口令）的路径。任务凭证用它签名。</translation>
    </message>
    <message>
      <source>Certificates are not signed</source>
      <translation>凭证不签名</translation>
    </message>
    <message>
      <source>&amp;Log</source>
      <translation>日志(&amp;L)</translation>
    </message>
    <message>
      <source>How much Gantry writes into its log.</source>
      <translation>日志记录的详细程度。</translation>
    </message>
    <message>
      <source>Normal</source>
      <translation>普通</translation>
    </message>
    <message>
      <source>Everything, for support</source>
      <translation>全部（供技术支持使用）</translation>
    </message>
    <message>
      <source>&amp;Webhook</source>
      <translation>Webhook 地址(&amp;W)</translation>
    </message>
    <message>
      <source>The web address that is told how jobs ended. Secrets in it go to the credential store.</source>
      <translation>任务结束时通知的网址。其中的密钥由系统保管。</translation>
    </message>
    <message>
      <source>&amp;Notify</source>
      <translation>通知时机(&amp;N)</translation>
    </message>
    <message>
      <source>Which jobs the address is told of.</source>
      <translation>哪些任务要通知。</translation>
    </message>
    <message>
      <source>When something failed</source>
      <translation>有失败时</translation>
    </message>
    <message>
      <source>At the end of every job</source>
      <translation>每个任务结束时</translation>
    </message>
    <message>
      <source>Own network</source>
      <translation>内部网络</translation>
    </message>
    <message>
      <source>Whether the address may be in your own network.</source>
      <translation>该地址可否在您的内部网络中。</translation>
    </message>
    <message>
      <source>The address is inside our own network</source>
      <translation>该地址在本单位的内部网络中</translation>
    </message>
    <message>
      <source>This computer</source>
      <translation>本机</translation>
    </message>
    <message>
      <source>Whether the address may be on this computer, without encryption.</source>
      <translation>该地址可否是本机，且不加密。</translation>
    </message>
    <message>
      <source>Allow plain HTTP to this computer</source>
      <translation>允许以明文 HTTP 发送到本机</translation>
    </message>
    <message>
      <source>&amp;Language</source>
      <translation>语言(&amp;L)</translation>
    </message>
    <message>
      <source>The language of the window.</source>
      <translation>窗口的语言。</translation>
    </message>
    <message>
      <source>Same as the system</source>
      <translation>跟随系统</translation>
    </message>
    <message>
      <source>&amp;Theme</source>
      <translation>主题(&amp;T)</translation>
    </message>
    <message>
      <source>Light or dark.</source>
      <translation>浅色或深色。</translation>
    </message>
    <message>
      <source>Light</source>
      <translation>浅色</translation>
    </message>
    <message>
      <source>Dark</source>
      <translation>深色</translation>
    </message>
  </context>
  <context>
    <name>states</name>
    <message>
      <source>Waiting</source>
      <translation>等待中</translation>
    </message>
    <message>
      <source>Packing</source>
      <translation>打包中</translation>
    </message>
    <message>
      <source>Ready to send</source>
      <translation>待发送</translation>
    </message>
    <message>
      <source>Sending</source>
      <translation>发送中</translation>
    </message>
    <message>
      <source>Delivered</source>
      <translation>已送达</translation>
    </message>
    <message>
      <source>Accepted</source>
      <translation>已接收</translation>
    </message>
    <message>
      <source>Incomplete</source>
      <translation>不完整</translation>
    </message>
    <message>
      <source>Unclear</source>
      <translation>不明确</translation>
    </message>
    <message>
      <source>Held</source>
      <translation>已扣留</translation>
    </message>
    <message>
      <source>Interrupted</source>
      <translation>已中断</translation>
    </message>
    <message>
      <source>Failed</source>
      <translation>失败</translation>
    </message>
    <message>
      <source>Cancelled</source>
      <translation>已取消</translation>
    </message>
    <message>
      <source>Split into smaller uploads</source>
      <translation>已拆分为更小的上传包</translation>
    </message>
    <message>
      <source>Accepted, not proved</source>
      <translation>已接收，未证实</translation>
    </message>
  </context>
  <context>
    <name>steps</name>
    <message>
      <source>Name</source>
      <translation>名称</translation>
    </message>
    <message>
      <source>Connection</source>
      <translation>连接</translation>
    </message>
    <message>
      <source>Encryption (TLS)</source>
      <translation>加密 (TLS)</translation>
    </message>
    <message>
      <source>Sign-in</source>
      <translation>登录</translation>
    </message>
    <message>
      <source>Correct service</source>
      <translation>服务类型</translation>
    </message>
    <message>
      <source>Size limit</source>
      <translation>大小限制</translation>
    </message>
    <message>
      <source>Write and delete</source>
      <translation>写入与删除</translation>
    </message>
    <message>
      <source>An earlier step failed.</source>
      <translation>前面的步骤未通过。</translation>
    </message>
    <message>
      <source>{host}: {addresses}</source>
      <translation>{host}：{addresses}</translation>
    </message>
    <message>
      <source>Proxy {host}: {addresses}</source>
      <translation>代理 {host}：{addresses}</translation>
    </message>
    <message>
      <source>Port {port}</source>
      <translation>端口 {port}</translation>
    </message>
    <message>
      <source>Port {port} of the proxy</source>
      <translation>代理的端口 {port}</translation>
    </message>
    <message>
      <source>The address is not encrypted (http).</source>
      <translation>该地址未加密 (http)。</translation>
    </message>
    <message>
      <source>The certificate is trusted.</source>
      <translation>证书受信任。</translation>
    </message>
    <message>
      <source>Not needed.</source>
      <translation>不需要登录。</translation>
    </message>
    <message>
      <source>Accepted.</source>
      <translation>已接受。</translation>
    </message>
    <message>
      <source>None announced up to 64 MB; one may still appear while sending.</source>
      <translation>64 MB 以内未声明限制；发送时仍可能遇到限制。</translation>
    </message>
    <message>
      <source>{size} bytes per request</source>
      <translation>每个请求 {size} 字节</translation>
    </message>
    <message>
      <source>{size} bytes per request ({who})</source>
      <translation>每个请求 {size} 字节（{who}）</translation>
    </message>
    <message>
      <source>Less than 1024 bytes per request</source>
      <translation>每个请求少于 1024 字节</translation>
    </message>
    <message>
      <source>Less than 1024 bytes per request ({who})</source>
      <translation>每个请求少于 1024 字节（{who}）</translation>
    </message>
    <message>
      <source>The server does not state it: {why}</source>
      <translation>服务器未说明：{why}</translation>
    </message>
    <message>
      <source>{size} bytes written and deleted</source>
      <translation>已写入并删除 {size} 字节</translation>
    </message>
    <message>
      <source>Not tested: a test image would be mistaken for a patient's.</source>
      <translation>未测试：测试图像可能被当成患者的图像。</translation>
    </message>
  </context>
  <context>
    <name>treatment</name>
    <message>
      <source>As it is</source>
      <translation>原样发送</translation>
    </message>
    <message>
      <source>De-identified: {profile}</source>
      <translation>去标识化：{profile}</translation>
    </message>
    <message>
      <source>Every file is sent unchanged, with names, IDs and dates.</source>
      <translation>每个文件都原样发送，包括姓名、编号和日期。</translation>
    </message>
    <message>
      <source>Names, IDs, dates, descriptions and private elements are removed or replaced. What may show the patient in the picture is held back.</source>
      <translation>姓名、编号、日期、描述和私有元素会被删除或替换。图像中可能显示患者信息的文件会被扣留。</translation>
    </message>
    <message>
      <source>As basic, but age, sex, size and weight, technical words and known technical private elements stay, and all dates of a patient move by the same number of days.</source>
      <translation>与 basic 相同，但保留年龄、性别、身高、体重、技术词语和已知的技术性私有元素，并且同一患者的所有日期平移相同的天数。</translation>
    </message>
    <message>
      <source>By the profile file {path}</source>
      <translation>按照配置文件 {path}</translation>
    </message>
  </context>
</TS>
