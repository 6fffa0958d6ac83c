<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN" sourcelanguage="en">
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
      <source>The server took the test alert.</source>
      <translation>服务器已收到测试通知。</translation>
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
      <source>The address must not hold user and password.</source>
      <translation>地址中不得包含用户名和密码。</translation>
    </message>
    <message>
      <source>The address is this computer's: tick that it is meant.</source>
      <translation>该地址是本机：如确实如此，请勾选。</translation>
    </message>
    <message>
      <source>The address is in the own network: tick that it is meant.</source>
      <translation>该地址在内部网络：如确实如此，请勾选。</translation>
    </message>
    <message>
      <source>There is no server of this name.</source>
      <translation>没有叫这个名称的服务器。</translation>
    </message>
    <message>
      <source>The server did not answer in time.</source>
      <translation>服务器没有及时应答。</translation>
    </message>
    <message>
      <source>The server refers to another address: enter that one.</source>
      <translation>服务器指向另一个地址：请填写那个地址。</translation>
    </message>
    <message>
      <source>The alert could not be sent: {reason}.</source>
      <translation>无法发送通知：{reason}。</translation>
    </message>
    <message>
      <source>Alerts</source>
      <translation>通知</translation>
    </message>
    <message>
      <source>When a job ends, this address is told how many parcels arrived and how many failed. No names, no patient data.</source>
      <translation>任务结束时，告知此地址有多少包裹送达、多少失败。不含姓名，不含患者数据。</translation>
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
      <source>The address is inside our own network</source>
      <translation>该地址在我们的内部网络中</translation>
    </message>
    <message>
      <source>Plain http to this computer is meant</source>
      <translation>确实要用明文 http 发到本机</translation>
    </message>
    <message>
      <source>Send a &amp;test alert</source>
      <translation>发送测试通知(&amp;T)</translation>
    </message>
    <message>
      <source>&amp;Webhook</source>
      <translation>Webhook 地址(&amp;W)</translation>
    </message>
    <message>
      <source>T&amp;ell</source>
      <translation>何时通知(&amp;E)</translation>
    </message>
    <message>
      <source>Signing &amp;secret</source>
      <translation>签名密钥(&amp;S)</translation>
    </message>
    <message>
      <source>Own network</source>
      <translation>内部网络</translation>
    </message>
    <message>
      <source>This computer</source>
      <translation>本机</translation>
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
    <name>CatalogView</name>
    <message>
      <source>This study is made up</source>
      <translation>这是虚构的检查</translation>
    </message>
    <message>
      <source>Press Send: it goes to Practice, which stays on this computer, and is packed, proved and received like a real one.</source>
      <translation>按“发送”：它会发送到本机上的“练习”目的地，像真实检查一样被打包、校验和接收。</translation>
    </message>
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
      <source>Take the selection off this list; the files stay where they are</source>
      <translation>把选中项移出列表；文件仍在原处</translation>
    </message>
    <message>
      <source>Remove from this list</source>
      <translation>从列表中移除</translation>
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
    <message>
      <source>Patients, studies and series</source>
      <translation>患者、检查和序列</translation>
    </message>
  </context>
  <context>
    <name>Closing</name>
    <message>
      <source>Gantry keeps sending</source>
      <translation>Gantry 继续发送</translation>
    </message>
    <message>
      <source>Open it again, or quit it, by its icon here.</source>
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
      <source>Nothing is lost: what has arrived stays, and the rest can go on at the next start.</source>
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
      <source>%Ln parcel(s) did not arrive</source>
      <translation>
        <numerusform>%Ln 个包裹未送达</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%Ln parcel(s) arrived. Open Gantry to see what can be done.</source>
      <translation>
        <numerusform>%Ln 个包裹已送达。打开 Gantry 查看如何处理。</numerusform>
      </translation>
    </message>
    <message>
      <source>All has arrived</source>
      <translation>已全部送达</translation>
    </message>
    <message numerus="yes">
      <source>%Ln parcel(s) delivered and confirmed.</source>
      <translation>
        <numerusform>%Ln 个包裹已送达并得到确认。</numerusform>
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
      <source>&amp;Way</source>
      <translation>方式(&amp;W)</translation>
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
      <source>Way to sign in</source>
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
      <translation>本机没有凭据库：每次都会询问</translation>
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
      <source>&amp;Test connection</source>
      <translation>测试连接(&amp;T)</translation>
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
      <source>&amp;Save</source>
      <translation>保存(&amp;S)</translation>
    </message>
    <message>
      <source>unchanged</source>
      <translation>未更改</translation>
    </message>
    <message>
      <source>{name} (optional)</source>
      <translation>{name}（可选）</translation>
    </message>
    <message>
      <source>&amp;Browse…</source>
      <translation>浏览(&amp;B)…</translation>
    </message>
    <message>
      <source>Choose a folder</source>
      <translation>选择文件夹</translation>
    </message>
    <message>
      <source>Over http, everyone on the way can read the secret.</source>
      <translation>使用 http 时，途中任何人都能读到密码。</translation>
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
      <source>There is a destination of this name already.</source>
      <translation>已有同名的目的地。</translation>
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
      <source>Its password is forgotten, too. What was sent stays in the history.</source>
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
      <source>Signs in by token</source>
      <translation>用令牌登录</translation>
    </message>
    <message>
      <source>Receives into a folder of its own on this computer. Nothing leaves it.</source>
      <translation>接收到本机上自己的文件夹中。数据不会离开本机。</translation>
    </message>
    <message>
      <source>Destinations</source>
      <translation>目的地</translation>
    </message>
    <message>
      <source>Where studies can be sent. Secrets are kept by the system.</source>
      <translation>检查可以发送到的地方。密码由系统保管。</translation>
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
      <translation>正在向服务器索取代码…</translation>
    </message>
    <message>
      <source>Open this address in a browser, on this or any other device, and type the code. This window goes on by itself.</source>
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
      <source>&amp;Technical detail, for your administrator:</source>
      <translation>供管理员使用的技术细节(&amp;T)：</translation>
    </message>
    <message>
      <source>Technical detail</source>
      <translation>技术细节</translation>
    </message>
    <message>
      <source>C&amp;opy detail</source>
      <translation>复制细节(&amp;O)</translation>
    </message>
  </context>
  <context>
    <name>HistoryCommands</name>
    <message>
      <source>Asking {name}…</source>
      <translation>正在询问 {name}…</translation>
    </message>
    <message>
      <source>The kept archive was read back whole.</source>
      <translation>保留的归档已完整读回。</translation>
    </message>
    <message>
      <source>The destination can't tell whether it still holds this.</source>
      <translation>目的地无法说明是否仍保存着它。</translation>
    </message>
    <message>
      <source>{name} confirms that it holds this.</source>
      <translation>{name} 确认仍保存着它。</translation>
    </message>
    <message>
      <source>{name} does not hold this as it was sent: {outcome}.</source>
      <translation>{name} 没有按发送的样子保存它：{outcome}。</translation>
    </message>
    <message>
      <source>The file list is no longer kept</source>
      <translation>文件列表已不再保留</translation>
    </message>
    <message>
      <source>{n} of the chosen entries are too old: drop their folders on the Send page.</source>
      <translation>所选条目中有 {n} 条太旧：请把它们的文件夹拖到“发送”页。</translation>
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
      <translation>准确的患者 ID</translation>
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
      <translation>介于…</translation>
    </message>
  </context>
  <context>
    <name>HistoryModel</name>
    <message>
      <source>Click to sort</source>
      <translation>点击排序</translation>
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
      <source>Size</source>
      <translation>大小</translation>
    </message>
    <message>
      <source>No name</source>
      <translation>无姓名</translation>
    </message>
    <message>
      <source>Study without a description</source>
      <translation>无描述的检查</translation>
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
      <source>Failed</source>
      <translation>失败</translation>
    </message>
    <message>
      <source>Cancelled</source>
      <translation>已取消</translation>
    </message>
    <message>
      <source>Split smaller</source>
      <translation>已拆小</translation>
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
      <source>Nothing was sent yet</source>
      <translation>尚未发送任何内容</translation>
    </message>
    <message>
      <source>Every study you send is listed here for good, with the server's receipt.</source>
      <translation>您发送的每个检查都会永久列在这里，并附有服务器的收据。</translation>
    </message>
    <message>
      <source>Go to &amp;Send</source>
      <translation>前往发送(&amp;S)</translation>
    </message>
    <message>
      <source>Nothing found</source>
      <translation>没有找到</translation>
    </message>
    <message>
      <source>No entry fits this search.</source>
      <translation>没有符合搜索的条目。</translation>
    </message>
    <message>
      <source>Show &amp;everything</source>
      <translation>显示全部(&amp;E)</translation>
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
      <source>%Ln file(s) came too late</source>
      <translation>
        <numerusform>%Ln 个文件来得太晚</numerusform>
      </translation>
    </message>
    <message>
      <source>They came into the dropped folders after these had been read, and were not sent.</source>
      <translation>这些文件在拖入的文件夹读取完毕之后才出现，没有发送。</translation>
    </message>
    <message>
      <source>List only these</source>
      <translation>只列出这些文件</translation>
    </message>
  </context>
  <context>
    <name>LogModel</name>
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
      <source>{path} holds logs, versions and settings: no patients, no passwords.</source>
      <translation>{path} 包含日志、版本和设置：没有患者信息，没有密码。</translation>
    </message>
    <message>
      <source>Show in folder</source>
      <translation>在文件夹中显示</translation>
    </message>
    <message>
      <source>No line fits</source>
      <translation>没有符合的行</translation>
    </message>
    <message>
      <source>The log is empty</source>
      <translation>日志为空</translation>
    </message>
    <message>
      <source>Nothing in the log passes this filter.</source>
      <translation>日志中没有符合该筛选的内容。</translation>
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
      <translation>跟随(&amp;F)</translation>
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
    <message>
      <source>Log lines</source>
      <translation>日志行</translation>
    </message>
  </context>
  <context>
    <name>LookSettings</name>
    <message>
      <source>Language and look</source>
      <translation>语言和外观</translation>
    </message>
    <message>
      <source>Changes show at once.</source>
      <translation>更改立即生效。</translation>
    </message>
    <message>
      <source>As the system</source>
      <translation>跟随系统</translation>
    </message>
    <message>
      <source>Light</source>
      <translation>浅色</translation>
    </message>
    <message>
      <source>Dark</source>
      <translation>深色</translation>
    </message>
    <message>
      <source>&amp;Language</source>
      <translation>语言(&amp;L)</translation>
    </message>
    <message>
      <source>&amp;Theme</source>
      <translation>主题(&amp;T)</translation>
    </message>
  </context>
  <context>
    <name>MoreOptions</name>
    <message>
      <source>&amp;More…</source>
      <translation>更多(&amp;M)…</translation>
    </message>
    <message>
      <source>Certificates, proxy and what else is seldom needed</source>
      <translation>证书、代理等不常用的选项</translation>
    </message>
    <message>
      <source>A key needs the certificate that it belongs to.</source>
      <translation>填写密钥时还须填写对应的证书。</translation>
    </message>
    <message>
      <source>A proxy is written as http://host:port; "none" means none.</source>
      <translation>代理写作 http://主机:端口；"none" 表示不用代理。</translation>
    </message>
    <message>
      <source>Browse…</source>
      <translation>浏览…</translation>
    </message>
    <message>
      <source>Browse: {what}</source>
      <translation>浏览：{what}</translation>
    </message>
  </context>
  <context>
    <name>Offers</name>
    <message>
      <source>Sending was interrupted</source>
      <translation>发送曾被中断</translation>
    </message>
    <message numerus="yes">
      <source>%Ln parcel(s) are still to be delivered. Nothing is lost.</source>
      <translation>
        <numerusform>还有 %Ln 个包裹待发送。没有丢失任何数据。</numerusform>
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
    <name>OutcomePanel</name>
    <message>
      <source>The study arrived at {destination}.</source>
      <translation>检查已送达 {destination}。</translation>
    </message>
    <message>
      <source>All {total} studies arrived at {destination}.</source>
      <translation>全部 {total} 个检查已送达 {destination}。</translation>
    </message>
    <message>
      <source>{delivered} of {total} arrived at {destination}; {failed} failed, {cancelled} cancelled.</source>
      <translation>{total} 项中有 {delivered} 项已到达 {destination}；{failed} 项失败，{cancelled} 项已取消。</translation>
    </message>
    <message>
      <source>{delivered} of {total} arrived at {destination}; {failed} did not.</source>
      <translation>{total} 个中有 {delivered} 个已送达 {destination}；{failed} 个未送达。</translation>
    </message>
    <message>
      <source>{delivered} of {total} arrived at {destination}; the rest was cancelled.</source>
      <translation>{total} 个中有 {delivered} 个已送达 {destination}；其余已取消。</translation>
    </message>
    <message>
      <source>Show in &amp;history</source>
      <translation>在历史中显示(&amp;H)</translation>
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
      <source>Gantry tries again by itself. {what}</source>
      <translation>Gantry 会自动重试。{what}</translation>
    </message>
    <message>
      <source>and {n} more</source>
      <translation>以及另外 {n} 个</translation>
    </message>
    <message>
      <source>Concerns: {names}</source>
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
      <source>Split s&amp;maller</source>
      <translation>拆分得更小(&amp;M)</translation>
    </message>
  </context>
  <context>
    <name>ParcelPanel</name>
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
      <source>Archive</source>
      <translation>归档</translation>
    </message>
    <message>
      <source>SHA-256</source>
      <translation>SHA-256</translation>
    </message>
    <message>
      <source>Parcel</source>
      <translation>包裹</translation>
    </message>
    <message>
      <source>Arrival</source>
      <translation>到达</translation>
    </message>
    <message>
      <source>Proved by</source>
      <translation>证明方式</translation>
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
      <source>Was already there</source>
      <translation>已存在</translation>
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
      <source>Waiting</source>
      <translation>等待中</translation>
    </message>
    <message>
      <source>Ready to send</source>
      <translation>待发送</translation>
    </message>
    <message>
      <source>Delivered</source>
      <translation>已送达</translation>
    </message>
    <message>
      <source>Cancelled</source>
      <translation>已取消</translation>
    </message>
    <message>
      <source>Split into smaller parcels</source>
      <translation>已拆分为更小的包裹</translation>
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
      <translation>发送该任务中失败或取消的内容；已送达的保持不变</translation>
    </message>
    <message>
      <source>&amp;Verify again</source>
      <translation>重新校验(&amp;V)</translation>
    </message>
    <message>
      <source>Asks the destination what it holds</source>
      <translation>询问目的地保存了什么</translation>
    </message>
    <message>
      <source>Show in f&amp;older</source>
      <translation>在文件夹中显示(&amp;O)</translation>
    </message>
    <message>
      <source>&amp;Details…</source>
      <translation>详情(&amp;D)…</translation>
    </message>
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
      <translation>没有收据：目的地没有答复。</translation>
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
      <source>Begun</source>
      <translation>开始</translation>
    </message>
    <message>
      <source>Took</source>
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
      <source>SOP Instance UID</source>
      <translation>SOP Instance UID</translation>
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
      <source>Brightness and contrast: also by dragging in the picture</source>
      <translation>亮度和对比度：也可在图像中拖动调节</translation>
    </message>
    <message>
      <source>As in the file</source>
      <translation>按文件</translation>
    </message>
    <message>
      <source>As in the file ({number})</source>
      <translation>按文件（{number}）</translation>
    </message>
    <message>
      <source>Whole range</source>
      <translation>全部范围</translation>
    </message>
    <message>
      <source>There is no picture in this file.</source>
      <translation>该文件中没有图像。</translation>
    </message>
    <message>
      <source>This kind of picture can’t be shown here. It is sent unchanged all the same.</source>
      <translation>此处无法显示这种图像。它仍会原样发送。</translation>
    </message>
    <message>
      <source>The picture can’t be decoded; it may be damaged. Look at it with another program before you send it.</source>
      <translation>图像无法解码，可能已损坏。发送前请用其他程序查看。</translation>
    </message>
    <message>
      <source>The picture is too large to be shown here.</source>
      <translation>图像太大，无法在此显示。</translation>
    </message>
    <message>
      <source>The file can’t be read now.</source>
      <translation>文件现在无法读取。</translation>
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
      <translation>选择一个序列即可查看。</translation>
    </message>
    <message>
      <source>Preview</source>
      <translation>预览</translation>
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
      <source>%Ln file(s) left out…</source>
      <translation>
        <numerusform>%Ln 个文件未纳入…</numerusform>
      </translation>
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
      <source>Nothing is ticked</source>
      <translation>没有勾选任何内容</translation>
    </message>
    <message>
      <source>Wait until everything is read</source>
      <translation>请等待全部读取完成</translation>
    </message>
    <message>
      <source>Practice (this computer)</source>
      <translation>练习（本机）</translation>
    </message>
  </context>
  <context>
    <name>SendSettings</name>
    <message>
      <source>“{entry}” can't be read: write time and bytes a second, as 08:00,512K or sat-00:00,off. The old timetable still holds.</source>
      <translation>无法识别“{entry}”：请写时间和每秒字节数，如 08:00,512K 或 sat-00:00,off。原时间表仍然有效。</translation>
    </message>
    <message>
      <source>Sending</source>
      <translation>发送</translation>
    </message>
    <message>
      <source>Holds for jobs that begin from now on.</source>
      <translation>对此后开始的任务有效。</translation>
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
      <source>Split by series, then smaller, without asking</source>
      <translation>自动按序列拆分，仍过大则继续拆小，不再询问</translation>
    </message>
    <message>
      <source>As many as cores</source>
      <translation>与核心数相同</translation>
    </message>
    <message>
      <source>No limit</source>
      <translation>无限制</translation>
    </message>
    <message>
      <source>From each time on, so many bytes a second (K, M, G; off: no limit). A day before the time (mon-08:00) makes it hold on that day only.</source>
      <translation>从每个时间起，每秒多少字节（K、M、G；off 表示不限）。时间前加星期（mon-08:00）则只在那一天有效。</translation>
    </message>
    <message>
      <source> MB/s</source>
      <translation> MB/s</translation>
    </message>
    <message>
      <source>An archive &amp;holds</source>
      <translation>每个归档包含(&amp;H)</translation>
    </message>
    <message>
      <source>&amp;Too big for the server</source>
      <translation>超过服务器限制(&amp;T)</translation>
    </message>
    <message>
      <source>&amp;Compression</source>
      <translation>压缩(&amp;C)</translation>
    </message>
    <message>
      <source>&amp;Packed at the same time</source>
      <translation>同时打包数(&amp;P)</translation>
    </message>
    <message>
      <source>&amp;Sent at the same time</source>
      <translation>同时发送数(&amp;S)</translation>
    </message>
    <message>
      <source>Attempts to p&amp;ack</source>
      <translation>打包尝试次数(&amp;A)</translation>
    </message>
    <message>
      <source>Attempts to s&amp;end</source>
      <translation>发送尝试次数(&amp;E)</translation>
    </message>
    <message>
      <source>&amp;Bandwidth</source>
      <translation>带宽(&amp;B)</translation>
    </message>
    <message>
      <source>Limit by the c&amp;lock</source>
      <translation>按时段限速(&amp;L)</translation>
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
    <message>
      <source>Sending</source>
      <translation>发送</translation>
    </message>
    <message>
      <source>Storage</source>
      <translation>存储</translation>
    </message>
    <message>
      <source>Alerts</source>
      <translation>通知</translation>
    </message>
    <message>
      <source>Language and look</source>
      <translation>语言和外观</translation>
    </message>
  </context>
  <context>
    <name>SkippedFiles</name>
    <message>
      <source>Files left out</source>
      <translation>未纳入的文件</translation>
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
      <source>Why it is left out</source>
      <translation>未纳入的原因</translation>
    </message>
    <message>
      <source>Folder</source>
      <translation>文件夹</translation>
    </message>
  </context>
  <context>
    <name>StorageSettings</name>
    <message>
      <source>Choose a spool folder</source>
      <translation>选择暂存文件夹</translation>
    </message>
    <message>
      <source>Storage</source>
      <translation>存储</translation>
    </message>
    <message>
      <source>Archives are made in the spool folder before they are sent: it needs about as much free space as the studies of one job.</source>
      <translation>归档在发送前先在暂存文件夹中生成：所需空间大约与一个任务的检查相当。</translation>
    </message>
    <message>
      <source>Gantry's own folder</source>
      <translation>Gantry 自己的文件夹</translation>
    </message>
    <message>
      <source>&amp;Browse…</source>
      <translation>浏览(&amp;B)…</translation>
    </message>
    <message>
      <source>&amp;Open</source>
      <translation>打开(&amp;O)</translation>
    </message>
    <message>
      <source>Keep archives after they were delivered</source>
      <translation>送达后保留归档</translation>
    </message>
    <message>
      <source> days</source>
      <translation> 天</translation>
    </message>
    <message>
      <source>For good</source>
      <translation>永久</translation>
    </message>
    <message>
      <source>Normal</source>
      <translation>普通</translation>
    </message>
    <message>
      <source>Everything, for support</source>
      <translation>全部，供技术支持使用</translation>
    </message>
    <message>
      <source>&amp;Spool folder</source>
      <translation>暂存文件夹(&amp;S)</translation>
    </message>
    <message>
      <source>A&amp;rchives</source>
      <translation>归档(&amp;R)</translation>
    </message>
    <message>
      <source>&amp;File lists in the history</source>
      <translation>历史中的文件列表(&amp;F)</translation>
    </message>
    <message>
      <source>&amp;Log</source>
      <translation>日志(&amp;L)</translation>
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
    <name>TransferCommands</name>
    <message>
      <source>Cancel what is left of this job?</source>
      <translation>取消该任务的剩余部分？</translation>
    </message>
    <message>
      <source>Cancel everything that is not delivered yet?</source>
      <translation>取消所有尚未送达的内容？</translation>
    </message>
    <message>
      <source>Cancel</source>
      <translation>取消</translation>
    </message>
    <message>
      <source>What was delivered stays delivered. You can send the rest again with Retry.</source>
      <translation>已送达的保持不变。其余的可以用“重试”重新发送。</translation>
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
      <source>{done} of {total} delivered</source>
      <translation>已送达 {done} / {total}</translation>
    </message>
    <message>
      <source>Sending (nothing moves)</source>
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
      <source>Proving</source>
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
      <source>Trying again</source>
      <translation>正在重试</translation>
    </message>
    <message>
      <source>Delivered</source>
      <translation>已送达</translation>
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
      <source>Split smaller</source>
      <translation>已拆小</translation>
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
      <source>nothing moves</source>
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
      <source>Nothing on its way</source>
      <translation>没有正在传输的内容</translation>
    </message>
    <message>
      <source>Choose studies on the Send page; here you watch them go.</source>
      <translation>在“发送”页选择检查；在这里查看其进展。</translation>
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
      <source>Folder or network share</source>
      <translation>文件夹或网络共享</translation>
    </message>
    <message>
      <source>Upload address (form POST)</source>
      <translation>上传地址（表单 POST）</translation>
    </message>
    <message>
      <source>Resumable upload server (tus)</source>
      <translation>可续传的上传服务器（tus）</translation>
    </message>
    <message>
      <source>DICOMweb server (STOW-RS)</source>
      <translation>DICOMweb 服务器（STOW-RS）</translation>
    </message>
    <message>
      <source>Orthanc server</source>
      <translation>Orthanc 服务器</translation>
    </message>
    <message>
      <source>Object store (S3)</source>
      <translation>对象存储（S3）</translation>
    </message>
    <message>
      <source>DICOM node (C-STORE)</source>
      <translation>DICOM 节点（C-STORE）</translation>
    </message>
    <message>
      <source>XNAT project</source>
      <translation>XNAT 项目</translation>
    </message>
    <message>
      <source>Built in, for trying things out</source>
      <translation>内置，供试用</translation>
    </message>
    <message>
      <source>Practice (this computer)</source>
      <translation>练习（本机）</translation>
    </message>
    <message>
      <source>Address</source>
      <translation>地址</translation>
    </message>
    <message>
      <source>Folder</source>
      <translation>文件夹</translation>
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
      <source>Project</source>
      <translation>项目</translation>
    </message>
    <message>
      <source>Form field of the archive</source>
      <translation>存放归档的表单字段</translation>
    </message>
    <message>
      <source>Extra CA certificates</source>
      <translation>附加 CA 证书</translation>
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
      <source>Proxy</source>
      <translation>代理</translation>
    </message>
  </context>
  <context>
    <name>messages</name>
    <message>
      <source>A file is no longer there</source>
      <translation>文件已不存在</translation>
    </message>
    <message>
      <source>{path} was there during the scan and is gone now.</source>
      <translation>扫描时 {path} 还在，现在已经没有了。</translation>
    </message>
    <message>
      <source>Put it back and press Retry, or scan the folder again to send it without that file.</source>
      <translation>请把它放回原处后按“重试”，或者重新扫描该文件夹，不带这个文件发送。</translation>
    </message>
    <message>
      <source>A file changed while it was packed</source>
      <translation>打包时文件发生了变化</translation>
    </message>
    <message>
      <source>{path} was changed while Gantry read it, so the archive would not have been true.</source>
      <translation>Gantry 读取 {path} 时它被修改了，打好的归档将与原文件不符。</translation>
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
      <source>{path} is not what it was when the folder was scanned.</source>
      <translation>{path} 与扫描该文件夹时已不相同。</translation>
    </message>
    <message>
      <source>Scan the folder again, check what is in it, and send it anew.</source>
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
      <source>Gantry waits until it is finished. If that takes too long, see which program writes it.</source>
      <translation>Gantry 会等它写完。如果等得太久，请查看是哪个程序在写入。</translation>
    </message>
    <message>
      <source>A file is locked by another program</source>
      <translation>文件被另一个程序锁定</translation>
    </message>
    <message>
      <source>Another program keeps {path} open and lets nobody read it.</source>
      <translation>另一个程序占用着 {path}，不允许任何程序读取。</translation>
    </message>
    <message>
      <source>Close the program that uses it, then press Retry.</source>
      <translation>请关闭正在使用它的程序，然后按“重试”。</translation>
    </message>
    <message>
      <source>A file may not be read</source>
      <translation>没有读取文件的权限</translation>
    </message>
    <message>
      <source>You are not allowed to read {path}.</source>
      <translation>您没有读取 {path} 的权限。</translation>
    </message>
    <message>
      <source>Ask whoever looks after the folder for the right to read it, then press Retry.</source>
      <translation>请向该文件夹的管理者申请读取权限，然后按“重试”。</translation>
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
      <source>Copy the data anew from where it comes from, or try another drive.</source>
      <translation>请从数据来源处重新复制，或换一个驱动器。</translation>
    </message>
    <message>
      <source>The source is gone</source>
      <translation>数据来源已断开</translation>
    </message>
    <message>
      <source>The drive or share that holds {path} can’t be reached any more.</source>
      <translation>存放 {path} 的驱动器或共享文件夹已无法访问。</translation>
    </message>
    <message>
      <source>Plug it in or connect it again, then press Retry.</source>
      <translation>请重新插上或重新连接，然后按“重试”。</translation>
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
      <translation>请在被跳过文件的列表中查看原因，或选择其他文件夹。</translation>
    </message>
    <message>
      <source>An archive is damaged</source>
      <translation>归档已损坏</translation>
    </message>
    <message>
      <source>The archive is not as it was packed: {reason}.</source>
      <translation>归档与打包时不一致：{reason}。</translation>
    </message>
    <message>
      <source>Press Retry: it is packed again from the source files, which are untouched. If this happens often, have the disk and the virus scanner looked at.</source>
      <translation>请按“重试”：将从未受影响的源文件重新打包。如果经常发生，请检查磁盘和杀毒软件。</translation>
    </message>
    <message>
      <source>An archive changed after it was checked</source>
      <translation>归档在校验之后发生了变化</translation>
    </message>
    <message>
      <source>The archive of parcel {parcel} changed on the disk between its check and the sending. It was not sent.</source>
      <translation>包裹 {parcel} 的归档在校验之后、发送之前在磁盘上发生了变化，因此没有发送。</translation>
    </message>
    <message>
      <source>Gantry packs it again. If this happens often, have the disk looked at.</source>
      <translation>Gantry 会重新打包。如果经常发生，请检查磁盘。</translation>
    </message>
    <message>
      <source>Not an archive of Gantry’s</source>
      <translation>不是 Gantry 的归档</translation>
    </message>
    <message>
      <source>The archive holds no manifest that Gantry knows, so there is nothing to compare it with.</source>
      <translation>该归档中没有 Gantry 认识的清单，无从比对。</translation>
    </message>
    <message>
      <source>Check that it is the right file.</source>
      <translation>请确认文件是否正确。</translation>
    </message>
    <message>
      <source>An archive is gone</source>
      <translation>归档不见了</translation>
    </message>
    <message>
      <source>A packed archive is no longer in the spool folder, or can’t be read there. A virus scanner may have taken it.</source>
      <translation>打包好的归档已不在暂存文件夹中，或无法读取。可能被杀毒软件移走了。</translation>
    </message>
    <message>
      <source>Press Retry: it is packed again. If it goes again, have the spool folder excepted.</source>
      <translation>请按“重试”重新打包。如果再次消失，请把暂存文件夹加入杀毒软件的排除列表。</translation>
    </message>
    <message>
      <source>The disk is full</source>
      <translation>磁盘已满</translation>
    </message>
    <message>
      <source>The spool folder {folder} needs {needed} more, but only {free} are free.</source>
      <translation>暂存文件夹 {folder} 还需要 {needed}，但只剩 {free}。</translation>
    </message>
    <message>
      <source>Make room, or choose another spool folder in the settings; then press Retry.</source>
      <translation>请腾出空间，或在设置中选择其他暂存文件夹，然后按“重试”。</translation>
    </message>
    <message>
      <source>The spool folder can’t be written</source>
      <translation>无法写入暂存文件夹</translation>
    </message>
    <message>
      <source>Gantry can’t write into its spool folder {folder}.</source>
      <translation>Gantry 无法写入暂存文件夹 {folder}。</translation>
    </message>
    <message>
      <source>Check that the folder exists and that you may write there, or choose another one in the settings.</source>
      <translation>请确认该文件夹存在且您有写入权限，或在设置中选择其他文件夹。</translation>
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
      <source>The kind of address is unknown</source>
      <translation>未知的地址类型</translation>
    </message>
    <message>
      <source>“{url}” does not begin like an address that Gantry can send to.</source>
      <translation>“{url}”的开头不是 Gantry 可以发送到的地址类型。</translation>
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
      <source>Correct the number behind the colon, or leave both away.</source>
      <translation>请更正冒号后的数字，或把冒号和数字都去掉。</translation>
    </message>
    <message>
      <source>The folder’s name is not complete</source>
      <translation>文件夹名称不完整</translation>
    </message>
    <message>
      <source>“{url}” does not name a folder from its root.</source>
      <translation>“{url}”不是从根目录开始的文件夹。</translation>
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
      <source>A certificate file can’t be used</source>
      <translation>证书文件无法使用</translation>
    </message>
    <message>
      <source>The file with the certificate or its key can’t be read, or holds something else.</source>
      <translation>证书或密钥文件无法读取，或者内容不对。</translation>
    </message>
    <message>
      <source>Choose the right PEM files in the settings of this destination.</source>
      <translation>请在该目的地的设置中选择正确的 PEM 文件。</translation>
    </message>
    <message>
      <source>The destination is unknown</source>
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
      <translation>找不到服务器的名称</translation>
    </message>
    <message>
      <source>No computer called {host} can be found from here.</source>
      <translation>从本机找不到名为 {host} 的计算机。</translation>
    </message>
    <message>
      <source>Check the spelling of the address, and whether this computer is online. Gantry tries again by itself. Check the network cable, the Wi-Fi or the VPN.</source>
      <translation>请检查地址拼写，以及本机是否已联网。Gantry 会自动重试。请检查网线、Wi-Fi 或 VPN。</translation>
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
      <source>Check the port in the address. The server may be restarting: Gantry tries again by itself. If it stays so, ask its administrator.</source>
      <translation>请检查地址中的端口。服务器可能正在重启：Gantry 会自动重试。如果一直如此，请询问其管理员。</translation>
    </message>
    <message>
      <source>No way to the server</source>
      <translation>无法到达服务器</translation>
    </message>
    <message>
      <source>The network has no way from this computer to {host}.</source>
      <translation>网络中没有从本机到 {host} 的通路。</translation>
    </message>
    <message>
      <source>Gantry tries again by itself. Check the network cable, the Wi-Fi or the VPN.</source>
      <translation>Gantry 会自动重试。请检查网线、Wi-Fi 或 VPN。</translation>
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
      <source>No connection to {host} came about. A firewall may drop it, or the server is down.</source>
      <translation>未能与 {host} 建立连接。可能被防火墙丢弃，或者服务器已停机。</translation>
    </message>
    <message>
      <source>Gantry tries again by itself. Check the network cable, the Wi-Fi or the VPN. If it stays so, ask whether a firewall is between.</source>
      <translation>Gantry 会自动重试。请检查网线、Wi-Fi 或 VPN。如果一直如此，请询问中间是否有防火墙。</translation>
    </message>
    <message>
      <source>The server got everything but does not answer</source>
      <translation>服务器已收到全部数据但没有答复</translation>
    </message>
    <message>
      <source>All bytes went to {host}, but its answer did not come within {seconds} seconds.</source>
      <translation>所有字节都已发给 {host}，但 {seconds} 秒内没有收到答复。</translation>
    </message>
    <message>
      <source>Gantry asks what arrived before it sends again. If it stays so, ask the administrator of {host} whether the server is overloaded.</source>
      <translation>Gantry 会先询问收到了什么，再决定是否重发。如果一直如此，请询问 {host} 的管理员服务器是否过载。</translation>
    </message>
    <message>
      <source>The connection was cut</source>
      <translation>连接被切断</translation>
    </message>
    <message>
      <source>The connection to {host} was cut before the answer came.</source>
      <translation>在收到答复之前，与 {host} 的连接被切断了。</translation>
    </message>
    <message>
      <source>Gantry tries again by itself, and asks first what has arrived. If it is always cut at the same point, a size or time limit of the server or of a firewall may be the cause.</source>
      <translation>Gantry 会自动重试，并先询问已收到多少。如果总是在同一处被切断，原因可能是服务器或防火墙的大小或时间限制。</translation>
    </message>
    <message>
      <source>Nothing moves</source>
      <translation>没有任何进展</translation>
    </message>
    <message>
      <source>{host} has taken no more bytes for {seconds} seconds.</source>
      <translation>{host} 已有 {seconds} 秒没有再接收数据。</translation>
    </message>
    <message>
      <source>Gantry tries again by itself. If it stays so, ask the administrator of {host}.</source>
      <translation>Gantry 会自动重试。如果一直如此，请询问 {host} 的管理员。</translation>
    </message>
    <message>
      <source>The folder does not respond</source>
      <translation>文件夹没有响应</translation>
    </message>
    <message>
      <source>{host} has not responded for {seconds} seconds. The other parcels go on.</source>
      <translation>{host} 已有 {seconds} 秒没有响应。其他包裹继续进行。</translation>
    </message>
    <message>
      <source>Check the connection to the share; Gantry tries again by itself.</source>
      <translation>请检查与共享文件夹的连接；Gantry 会自动重试。</translation>
    </message>
    <message>
      <source>The proxy does not work</source>
      <translation>代理服务器不工作</translation>
    </message>
    <message>
      <source>The proxy {proxy}, which stands between this computer and {host}, can’t be reached or does not let the connection through.</source>
      <translation>本机与 {host} 之间的代理服务器 {proxy} 无法访问，或不允许连接通过。</translation>
    </message>
    <message>
      <source>Check the proxy in the system’s network settings and in the destination’s, or ask your IT department.</source>
      <translation>请检查系统网络设置和该目的地设置中的代理，或询问 IT 部门。</translation>
    </message>
    <message>
      <source>The server’s certificate has expired</source>
      <translation>服务器证书已过期</translation>
    </message>
    <message>
      <source>The certificate of {host} was valid until {until}.</source>
      <translation>{host} 的证书有效期到 {until}。</translation>
    </message>
    <message>
      <source>Nothing was sent, because the server could be somebody else’s. Give the technical details to the administrator of {host}; don’t go round this check.</source>
      <translation>没有发送任何数据，因为对方可能不是真正的服务器。请把技术细节交给 {host} 的管理员；不要绕过这项检查。</translation>
    </message>
    <message>
      <source>The certificate is for another server</source>
      <translation>证书属于另一台服务器</translation>
    </message>
    <message>
      <source>The certificate that {host} shows is made out to {name}, not to {host}.</source>
      <translation>{host} 出示的证书是发给 {name} 的，而不是 {host}。</translation>
    </message>
    <message>
      <source>Check that the address is spelled as the administrator gave it. Nothing was sent, because the server could be somebody else’s. Give the technical details to the administrator of {host}; don’t go round this check.</source>
      <translation>请检查地址是否与管理员给出的一致。没有发送任何数据，因为对方可能不是真正的服务器。请把技术细节交给 {host} 的管理员；不要绕过这项检查。</translation>
    </message>
    <message>
      <source>The server’s certificate is from an unknown issuer</source>
      <translation>服务器证书的颁发者未知</translation>
    </message>
    <message>
      <source>The certificate of {host} was issued by “{issuer}”, whom this computer does not trust. Either the server uses a private authority, or a firewall looks into the connection.</source>
      <translation>{host} 的证书由“{issuer}”颁发，本机不信任该颁发者。可能服务器使用了内部证书机构，也可能有防火墙在检查连接。</translation>
    </message>
    <message>
      <source>Ask your IT department to install the authority’s certificate on this computer, or choose its file in the settings of this destination. Nothing was sent, because the server could be somebody else’s. Give the technical details to the administrator of {host}; don’t go round this check.</source>
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
      <source>Check this computer’s date and time. If they are right: Nothing was sent, because the server could be somebody else’s. Give the technical details to the administrator of {host}; don’t go round this check.</source>
      <translation>请检查本机的日期和时间。如果无误：没有发送任何数据，因为对方可能不是真正的服务器。请把技术细节交给 {host} 的管理员；不要绕过这项检查。</translation>
    </message>
    <message>
      <source>No secure connection</source>
      <translation>没有安全连接</translation>
    </message>
    <message>
      <source>A secure (TLS) connection to {host} did not come about: {reason}.</source>
      <translation>未能与 {host} 建立安全（TLS）连接：{reason}。</translation>
    </message>
    <message>
      <source>Give the technical details to the administrator of {host}.</source>
      <translation>请把技术细节交给 {host} 的管理员。</translation>
    </message>
    <message>
      <source>The server does not speak TLS at this port</source>
      <translation>服务器在该端口不使用 TLS</translation>
    </message>
    <message>
      <source>The address says https://, but {host} answers without encryption at this port.</source>
      <translation>地址以 https:// 开头，但 {host} 在该端口的答复没有加密。</translation>
    </message>
    <message>
      <source>Check the port. If the server really offers no https, ask its administrator before you use http://.</source>
      <translation>请检查端口。如果服务器确实不提供 https，请先询问管理员，再使用 http://。</translation>
    </message>
    <message>
      <source>This computer’s clock is wrong</source>
      <translation>本机时钟不准</translation>
    </message>
    <message>
      <source>It is {ours} here, but {theirs} at {host}; so the server’s certificate can’t be checked.</source>
      <translation>本机时间是 {ours}，而 {host} 的时间是 {theirs}，因此无法检查服务器证书。</translation>
    </message>
    <message>
      <source>Set the date and time right (best: by the network), then press Retry.</source>
      <translation>请校正日期和时间（最好通过网络自动校正），然后按“重试”。</translation>
    </message>
    <message>
      <source>The address has moved</source>
      <translation>地址已变更</translation>
    </message>
    <message>
      <source>{host} says that this address has moved to {to}.</source>
      <translation>{host} 表示该地址已移到 {to}。</translation>
    </message>
    <message>
      <source>If you trust that, enter the new address in the settings of this destination. A sign-in page there means that this is the address for people, not the one for uploads.</source>
      <translation>如果您信任它，请在该目的地的设置中输入新地址。如果那里是登录页面，说明这是给人访问的地址，而不是上传地址。</translation>
    </message>
    <message>
      <source>The server does not understand the upload</source>
      <translation>服务器不理解上传请求</translation>
    </message>
    <message>
      <source>{front_end} at {host} calls the request malformed (400).</source>
      <translation>{host} 的{front_end}认为请求格式错误（400）。</translation>
    </message>
    <message>
      <source>Check that the address is the one for uploads, and of this kind of destination. Give the technical details to the administrator of {host}.</source>
      <translation>请检查该地址是否是上传地址，并且属于这种类型的目的地。请把技术细节交给 {host} 的管理员。</translation>
    </message>
    <message>
      <source>The sign-in failed</source>
      <translation>登录失败</translation>
    </message>
    <message>
      <source>{host} does not know this user and password, or the token has expired (401).</source>
      <translation>{host} 不认识该用户和密码，或令牌已过期（401）。</translation>
    </message>
    <message>
      <source>Enter user and password, or a new token, in the settings of this destination.</source>
      <translation>请在该目的地的设置中输入用户和密码，或新的令牌。</translation>
    </message>
    <message>
      <source>Not allowed to send there</source>
      <translation>不允许向那里发送</translation>
    </message>
    <message>
      <source>{front_end} at {host} knows who you are, or does not care, and forbids the upload (403).</source>
      <translation>{host} 的{front_end}知道您是谁（或并不在意），但禁止上传（403）。</translation>
    </message>
    <message>
      <source>Ask the administrator of {host} to allow it for your user, or check the address.</source>
      <translation>请让 {host} 的管理员为您的用户开放权限，或检查地址。</translation>
    </message>
    <message>
      <source>Nothing takes uploads at this address</source>
      <translation>该地址不接收上传</translation>
    </message>
    <message>
      <source>{front_end} at {host} is there, but nothing is at this address (404).</source>
      <translation>{host} 的{front_end}存在，但该地址下没有任何内容（404）。</translation>
    </message>
    <message>
      <source>Check the part of the address behind the server’s name.</source>
      <translation>请检查地址中服务器名之后的部分。</translation>
    </message>
    <message>
      <source>This address does not take uploads</source>
      <translation>该地址不接受上传</translation>
    </message>
    <message>
      <source>{front_end} at {host} shows something at this address, but takes no uploads there (405).</source>
      <translation>{host} 的{front_end}在该地址下有内容，但不接受上传（405）。</translation>
    </message>
    <message>
      <source>It is probably the address of a web page. Ask for the address of the upload service.</source>
      <translation>它可能是一个网页的地址。请询问上传服务的地址。</translation>
    </message>
    <message>
      <source>The proxy wants a sign-in</source>
      <translation>代理服务器要求登录</translation>
    </message>
    <message>
      <source>The proxy {proxy}, on the way to {host}, wants a user and a password (407).</source>
      <translation>通往 {host} 的代理服务器 {proxy} 要求用户和密码（407）。</translation>
    </message>
    <message>
      <source>Enter them in the destination’s proxy settings, or ask your IT department for a way without sign-in.</source>
      <translation>请在该目的地的代理设置中输入，或请 IT 部门提供无需登录的通路。</translation>
    </message>
    <message>
      <source>The server did not want to wait</source>
      <translation>服务器不愿继续等待</translation>
    </message>
    <message>
      <source>{host} gave up waiting for the rest of the upload (408).</source>
      <translation>{host} 放弃等待上传的剩余部分（408）。</translation>
    </message>
    <message>
      <source>Gantry tries again by itself. On a slow line, ask for a longer time limit there.</source>
      <translation>Gantry 会自动重试。如果线路较慢，请要求对方延长时限。</translation>
    </message>
    <message>
      <source>The server holds something else under this name</source>
      <translation>服务器在该名称下已有其他内容</translation>
    </message>
    <message>
      <source>{host} already has other content under this parcel’s name (409). It was not replaced.</source>
      <translation>{host} 在该包裹的名称下已有其他内容（409）。没有覆盖。</translation>
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
      <translation>{host} 的{front_end}认为归档太大而拒绝（413）。这种限制通常设在前端的网页服务器上，而不是上传服务本身。</translation>
    </message>
    <message>
      <source>First check the address: it may be the web page’s rather than the upload service’s. If it is right, ask the administrator of {host} to raise the limit for it, or send smaller parcels (split by series).</source>
      <translation>请先检查地址：它可能是网页的地址，而不是上传服务的地址。如果地址正确，请让 {host} 的管理员为它提高限制，或发送较小的包裹（按序列拆分）。</translation>
    </message>
    <message>
      <source>nginx in front of {host} refused the archive as too large (413). Its limit is called client_max_body_size and is {limit} unless the administrator sets it higher; the upload service behind it never saw the request.</source>
      <translation>{host} 前端的 nginx 认为归档太大而拒绝（413）。该限制名为 client_max_body_size，管理员未调高时为 {limit}；后面的上传服务根本没有收到请求。</translation>
    </message>
    <message>
      <source>First check the address: it may be the web page’s rather than the upload service’s. If it is right, ask the administrator of {host} to raise client_max_body_size for it, or send smaller parcels (split by series).</source>
      <translation>请先检查地址：它可能是网页的地址，而不是上传服务的地址。如果地址正确，请让 {host} 的管理员为它提高 client_max_body_size，或发送较小的包裹（按序列拆分）。</translation>
    </message>
    <message>
      <source>Microsoft IIS at {host} refused the archive as too large. Its limit is called maxAllowedContentLength and is {limit} unless the administrator sets it higher.</source>
      <translation>{host} 的 Microsoft IIS 认为归档太大而拒绝。该限制名为 maxAllowedContentLength，管理员未调高时为 {limit}。</translation>
    </message>
    <message>
      <source>First check the address: it may be the web page’s rather than the upload service’s. If it is right, ask the administrator of {host} to raise maxAllowedContentLength and uploadReadAheadSize for it, or send smaller parcels (split by series).</source>
      <translation>请先检查地址：它可能是网页的地址，而不是上传服务的地址。如果地址正确，请让 {host} 的管理员为它提高 maxAllowedContentLength 和 uploadReadAheadSize，或发送较小的包裹（按序列拆分）。</translation>
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
      <source>Ask the administrator of {host} for an address that does not go through Cloudflare, or send smaller parcels (split by series), or by tus in chunks.</source>
      <translation>请让 {host} 的管理员提供不经过 Cloudflare 的地址，或发送较小的包裹（按序列拆分），或用 tus 分块发送。</translation>
    </message>
    <message>
      <source>{front_end} at {host} refused the archive as too large (413). Its limit, {setting}, is {limit} unless it is set to something else.</source>
      <translation>{host} 的{front_end}认为归档太大而拒绝（413）。其限制 {setting} 在没有另行设置时为 {limit}。</translation>
    </message>
    <message>
      <source>First check the address: it may be the web page’s rather than the upload service’s. If it is right, ask the administrator of {host} to raise the limit, or send smaller parcels (split by series).</source>
      <translation>请先检查地址：它可能是网页的地址，而不是上传服务的地址。如果地址正确，请让 {host} 的管理员提高限制，或发送较小的包裹（按序列拆分）。</translation>
    </message>
    <message>
      <source>The server does not take this kind of data</source>
      <translation>服务器不接受这类数据</translation>
    </message>
    <message>
      <source>{host} does not accept this kind of upload (415).</source>
      <translation>{host} 不接受这种上传（415）。</translation>
    </message>
    <message>
      <source>Check that the destination is of the right kind: an archive server and a PACS take different things.</source>
      <translation>请检查目的地的类型是否正确：归档服务器和 PACS 接收的内容不同。</translation>
    </message>
    <message>
      <source>The server rejected the content</source>
      <translation>服务器拒绝了内容</translation>
    </message>
    <message>
      <source>{host} received the data and rejected them (422).</source>
      <translation>{host} 收到了数据，但拒绝接受（422）。</translation>
    </message>
    <message>
      <source>Read the server’s own words below, and ask its administrator what it expects.</source>
      <translation>请阅读下面服务器的原话，并询问其管理员它需要什么。</translation>
    </message>
    <message>
      <source>The server wants to be asked later</source>
      <translation>服务器希望稍后再试</translation>
    </message>
    <message>
      <source>{host} does not want to handle the request yet (425).</source>
      <translation>{host} 暂时不愿处理该请求（425）。</translation>
    </message>
    <message>
      <source>Gantry tries again by itself.</source>
      <translation>Gantry 会自动重试。</translation>
    </message>
    <message>
      <source>The server asks for patience</source>
      <translation>服务器请您耐心等待</translation>
    </message>
    <message>
      <source>{host} gets too many requests at the moment (429).</source>
      <translation>{host} 目前收到的请求太多（429）。</translation>
    </message>
    <message>
      <source>Gantry pauses all parcels for this destination and goes on by itself.</source>
      <translation>Gantry 会暂停发往该目的地的所有包裹，并自动继续。</translation>
    </message>
    <message>
      <source>The server refused the upload</source>
      <translation>服务器拒绝了上传</translation>
    </message>
    <message>
      <source>{front_end} at {host} refused the request ({status}).</source>
      <translation>{host} 的{front_end}拒绝了请求（{status}）。</translation>
    </message>
    <message>
      <source>The server failed</source>
      <translation>服务器出错</translation>
    </message>
    <message>
      <source>{host} met an error of its own (500).</source>
      <translation>{host} 自身发生了错误（500）。</translation>
    </message>
    <message>
      <source>Gantry tries again by itself. If it stays so: Give the technical details to the administrator of {host}.</source>
      <translation>Gantry 会自动重试。如果一直如此：请把技术细节交给 {host} 的管理员。</translation>
    </message>
    <message>
      <source>The service behind the server does not answer</source>
      <translation>服务器后面的服务没有响应</translation>
    </message>
    <message>
      <source>{front_end} at {host} got no proper answer from the upload service behind it (502).</source>
      <translation>{host} 的{front_end}没有从后面的上传服务得到正确的答复（502）。</translation>
    </message>
    <message>
      <source>Gantry tries again by itself. If it stays so, the service is down, or it rejected the data in a way that the front end hides. Give the technical details to the administrator of {host}.</source>
      <translation>Gantry 会自动重试。如果一直如此，说明该服务已停止，或它拒绝数据的方式被前端掩盖了。请把技术细节交给 {host} 的管理员。</translation>
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
      <source>Gantry pauses this destination and tries again by itself.</source>
      <translation>Gantry 会暂停该目的地，并自动重试。</translation>
    </message>
    <message>
      <source>The service behind the server takes too long</source>
      <translation>服务器后面的服务太慢</translation>
    </message>
    <message>
      <source>{front_end} at {host} waited too long for the upload service behind it (504).</source>
      <translation>{host} 的{front_end}等待后面的上传服务太久（504）。</translation>
    </message>
    <message>
      <source>Gantry asks what arrived and tries again by itself. If it stays so, ask the administrator of {host} for a longer time limit.</source>
      <translation>Gantry 会询问收到了什么并自动重试。如果一直如此，请让 {host} 的管理员延长时限。</translation>
    </message>
    <message>
      <source>The server’s disk is full</source>
      <translation>服务器磁盘已满</translation>
    </message>
    <message>
      <source>{host} has no room for the archive.</source>
      <translation>{host} 没有空间存放归档。</translation>
    </message>
    <message>
      <source>Ask the administrator of {host} to make room, then press Retry.</source>
      <translation>请让 {host} 的管理员腾出空间，然后按“重试”。</translation>
    </message>
    <message>
      <source>{front_end} at {host} met an error ({status}).</source>
      <translation>{host} 的{front_end}发生了错误（{status}）。</translation>
    </message>
    <message>
      <source>If Gantry does not try again by itself: Give the technical details to the administrator of {host}.</source>
      <translation>如果 Gantry 没有自动重试：请把技术细节交给 {host} 的管理员。</translation>
    </message>
    <message>
      <source>The answer makes no sense</source>
      <translation>答复没有意义</translation>
    </message>
    <message>
      <source>What answers at {host} does not keep to the protocol of this destination.</source>
      <translation>{host} 的答复不符合该目的地的协议。</translation>
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
      <source>{host} answered, but not with a receipt; so the parcel does not count as delivered.</source>
      <translation>{host} 有答复，但不是收据，因此该包裹不算已送达。</translation>
    </message>
    <message>
      <source>Check that the address is the upload service’s. Give the technical details to the administrator of {host}.</source>
      <translation>请检查地址是否是上传服务的地址。请把技术细节交给 {host} 的管理员。</translation>
    </message>
    <message>
      <source>A web page answered in place of the upload service</source>
      <translation>答复的是网页，而不是上传服务</translation>
    </message>
    <message>
      <source>{host} answered with a web page. It may be the server’s front page or its sign-in page, or the sign-in page of this network (hotel, guest Wi-Fi).</source>
      <translation>{host} 以一个网页作答。它可能是服务器的首页或登录页，也可能是本网络（酒店、访客 Wi-Fi）的登录页。</translation>
    </message>
    <message>
      <source>Open a web browser and see whether the network wants a sign-in. If not, ask for the address of the upload service; this one is for people.</source>
      <translation>请打开浏览器，看看网络是否要求登录。如果不是，请询问上传服务的地址；现在的地址是给人访问的。</translation>
    </message>
    <message>
      <source>An empty answer in place of a receipt</source>
      <translation>答复是空的，而不是收据</translation>
    </message>
    <message>
      <source>{host} said “OK” and nothing else, as some networks’ sign-in pages do; so the parcel does not count as delivered.</source>
      <translation>{host} 只答复了“OK”，像某些网络的登录页那样，因此该包裹不算已送达。</translation>
    </message>
    <message>
      <source>Ask the administrator of {host} whether it arrived, and what the service answers.</source>
      <translation>请询问 {host} 的管理员是否已收到，以及该服务会如何答复。</translation>
    </message>
    <message>
      <source>The receipt broke off</source>
      <translation>收据中断了</translation>
    </message>
    <message>
      <source>The answer of {host} broke off in the middle; so the parcel does not count as delivered.</source>
      <translation>{host} 的答复中途断开，因此该包裹不算已送达。</translation>
    </message>
    <message>
      <source>Gantry asks what arrived and tries again by itself.</source>
      <translation>Gantry 会询问收到了什么并自动重试。</translation>
    </message>
    <message>
      <source>What arrived is not what was sent</source>
      <translation>收到的与发送的不一致</translation>
    </message>
    <message>
      <source>The checksum that {host} reports is not the archive’s. The parcel does not count as delivered.</source>
      <translation>{host} 报告的校验和与归档不符。该包裹不算已送达。</translation>
    </message>
    <message>
      <source>Gantry sends it again. If it happens again, something on the way changes the data: give the technical details to your IT department.</source>
      <translation>Gantry 会重新发送。如果再次发生，说明传输途中有东西改动了数据：请把技术细节交给 IT 部门。</translation>
    </message>
    <message>
      <source>The copy is not the original</source>
      <translation>副本与原件不一致</translation>
    </message>
    <message>
      <source>The copy in {folder}, read back, differs from the archive. It was removed.</source>
      <translation>读回 {folder} 中的副本，发现与归档不同。该副本已删除。</translation>
    </message>
    <message>
      <source>Gantry copies it again. If it happens again, have the disk of the share looked at.</source>
      <translation>Gantry 会重新复制。如果再次发生，请检查共享文件夹所在的磁盘。</translation>
    </message>
    <message>
      <source>The server rejected the data</source>
      <translation>服务器拒绝了数据</translation>
    </message>
    <message>
      <source>{host} received the data and did not keep them.</source>
      <translation>{host} 收到了数据，但没有保存。</translation>
    </message>
    <message>
      <source>All names are taken</source>
      <translation>所有名称都已被占用</translation>
    </message>
    <message>
      <source>{folder} holds other files under this parcel’s name. None was replaced.</source>
      <translation>{folder} 中在该包裹的名称下有其他文件。没有覆盖任何文件。</translation>
    </message>
    <message>
      <source>Look at the files there, or send to another folder.</source>
      <translation>请查看那里的文件，或发送到其他文件夹。</translation>
    </message>
    <message>
      <source>Only a part was stored</source>
      <translation>只保存了一部分</translation>
    </message>
    <message>
      <source>{host} stored {stored} of {count} images; {rejected} were rejected, and of {unknown} it says nothing.</source>
      <translation>{host} 保存了 {count} 幅图像中的 {stored} 幅；拒绝了 {rejected} 幅，另有 {unknown} 幅没有说明。</translation>
    </message>
    <message>
      <source>See the list of images for the server’s reasons. Retry sends only what is missing.</source>
      <translation>请在图像列表中查看服务器的理由。“重试”只发送缺少的部分。</translation>
    </message>
    <message>
      <source>The folder is gone</source>
      <translation>文件夹不见了</translation>
    </message>
    <message>
      <source>The folder {folder} can’t be reached: the share is not connected, or it was renamed.</source>
      <translation>文件夹 {folder} 无法访问：共享未连接，或已改名。</translation>
    </message>
    <message>
      <source>Connect the share or create the folder, then press Retry. Gantry does not create it itself: a missing share would go unnoticed.</source>
      <translation>请连接共享或建立该文件夹，然后按“重试”。Gantry 不会自行建立它：否则共享未连接就不会被发现。</translation>
    </message>
    <message>
      <source>The destination’s disk is full</source>
      <translation>目的地磁盘已满</translation>
    </message>
    <message>
      <source>The archive needs {needed} more in {folder}, but only {free} are free.</source>
      <translation>归档在 {folder} 中还需要 {needed}，但只剩 {free}。</translation>
    </message>
    <message>
      <source>Make room there, then press Retry; what is copied already is kept.</source>
      <translation>请在那里腾出空间，然后按“重试”；已复制的部分会保留。</translation>
    </message>
    <message>
      <source>Not allowed to write there</source>
      <translation>没有写入那里的权限</translation>
    </message>
    <message>
      <source>You may not write into {folder}.</source>
      <translation>您没有写入 {folder} 的权限。</translation>
    </message>
    <message>
      <source>Ask whoever looks after the share for the right to write, then press Retry.</source>
      <translation>请向共享的管理者申请写入权限，然后按“重试”。</translation>
    </message>
    <message>
      <source>The PACS does not accept the connection</source>
      <translation>PACS 不接受连接</translation>
    </message>
    <message>
      <source>{host} rejected the association: it does not know the AE titles, or is too busy.</source>
      <translation>{host} 拒绝了关联：它不认识 AE 标题，或太忙。</translation>
    </message>
    <message>
      <source>Ask its administrator to register this computer’s AE title, address and port, and check the called AE title.</source>
      <translation>请让其管理员登记本机的 AE 标题、地址和端口，并检查被叫 AE 标题。</translation>
    </message>
    <message>
      <source>The PACS does not take this kind of image</source>
      <translation>PACS 不接收这类图像</translation>
    </message>
    <message>
      <source>{host} does not accept some kinds of image, or the way in which they are compressed.</source>
      <translation>{host} 不接受某些类型的图像，或其压缩方式。</translation>
    </message>
    <message>
      <source>See the technical details for which ones, and ask its administrator to accept them.</source>
      <translation>请在技术细节中查看是哪些，并请其管理员开放。</translation>
    </message>
    <message>
      <source>User and password are missing</source>
      <translation>缺少用户和密码</translation>
    </message>
    <message>
      <source>The destination needs a sign-in, and none is known.</source>
      <translation>该目的地需要登录，但没有登录信息。</translation>
    </message>
    <message>
      <source>Enter user and password, or a token, in the settings of this destination.</source>
      <translation>请在该目的地的设置中输入用户和密码，或令牌。</translation>
    </message>
    <message>
      <source>The system’s password store does not work</source>
      <translation>系统的密码库不工作</translation>
    </message>
    <message>
      <source>The password can’t be read from or kept in the system’s password store.</source>
      <translation>无法从系统的密码库读取密码，或无法把密码存入其中。</translation>
    </message>
    <message>
      <source>Gantry asks for it each time instead, and keeps it in no file. Unlock the store, or ask your IT department.</source>
      <translation>Gantry 改为每次询问，并且不存入任何文件。请解锁密码库，或询问 IT 部门。</translation>
    </message>
    <message>
      <source>The password would travel in the open</source>
      <translation>密码将以明文传输</translation>
    </message>
    <message>
      <source>The address of {host} begins with http://, so anybody on the way could read the password.</source>
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
      <source>{host} did not let Gantry in: {reason}.</source>
      <translation>{host} 不允许 Gantry 登录：{reason}。</translation>
    </message>
    <message>
      <source>Start the sign-in again and agree to it in the browser. If it is refused again, ask the server’s administrator whether Gantry is allowed there.</source>
      <translation>请重新开始登录，并在浏览器中同意。如果再次被拒绝，请询问服务器管理员是否允许使用 Gantry。</translation>
    </message>
    <message>
      <source>The sign-in is over</source>
      <translation>登录已失效</translation>
    </message>
    <message>
      <source>{host} no longer accepts the sign-in that Gantry has, or nobody entered the code in time.</source>
      <translation>{host} 不再接受 Gantry 的登录，或没有人及时输入验证码。</translation>
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
      <source>Something in the settings file is wrong, or it can’t be written.</source>
      <translation>设置文件有误，或无法写入。</translation>
    </message>
    <message>
      <source>Look at the settings; what was wrong has been set aside in a file beside them.</source>
      <translation>请查看设置；有误的部分已另存为旁边的文件。</translation>
    </message>
    <message>
      <source>The history can’t be written or read</source>
      <translation>历史记录无法读写</translation>
    </message>
    <message>
      <source>The history’s database does not work: {reason}.</source>
      <translation>历史记录数据库不工作：{reason}。</translation>
    </message>
    <message>
      <source>Check that the disk has room and that the folder may be written, then start Gantry again.</source>
      <translation>请检查磁盘是否有空间、文件夹是否可写，然后重新启动 Gantry。</translation>
    </message>
    <message>
      <source>The history is from a newer Gantry</source>
      <translation>历史记录来自更新版本的 Gantry</translation>
    </message>
    <message>
      <source>The history was written by a newer version of Gantry (format {version}; this one knows {known}).</source>
      <translation>历史记录由更新版本的 Gantry 写入（格式 {version}；当前版本认识 {known}）。</translation>
    </message>
    <message>
      <source>Install the newer version again. The history was left as it is.</source>
      <translation>请重新安装较新的版本。历史记录保持原样。</translation>
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
      <source>Choose another folder, or close the program that has the file open; then try again.</source>
      <translation>请选择其他文件夹，或关闭占用该文件的程序，然后重试。</translation>
    </message>
    <message>
      <source>The call is not right</source>
      <translation>命令不正确</translation>
    </message>
    <message>
      <source>{option} was given something that it can’t be; it takes {wanted}.</source>
      <translation>{option} 的值不允许；它接受 {wanted}。</translation>
    </message>
    <message>
      <source>Correct it; --help lists what can be given.</source>
      <translation>请更正；--help 会列出允许的值。</translation>
    </message>
    <message>
      <source>No such parcel</source>
      <translation>没有这个包裹</translation>
    </message>
    <message>
      <source>The history knows no parcel {parcel}.</source>
      <translation>历史记录中没有包裹 {parcel}。</translation>
    </message>
    <message>
      <source>Look for it in the history; its identifier has 26 letters and digits.</source>
      <translation>请在历史记录中查找；其标识由 26 个字母和数字组成。</translation>
    </message>
    <message>
      <source>The name is taken</source>
      <translation>名称已被使用</translation>
    </message>
    <message>
      <source>There is a destination called “{destination}” already.</source>
      <translation>已有名为“{destination}”的目的地。</translation>
    </message>
    <message>
      <source>Choose another name, or remove the one that is there.</source>
      <translation>请选择其他名称，或删除已有的目的地。</translation>
    </message>
    <message>
      <source>The job is being worked on already</source>
      <translation>该任务已在进行中</translation>
    </message>
    <message>
      <source>Another Gantry on this computer is working on this job.</source>
      <translation>本机上的另一个 Gantry 正在处理该任务。</translation>
    </message>
    <message>
      <source>Wait for it, or close the other one.</source>
      <translation>请等待它完成，或关闭另一个 Gantry。</translation>
    </message>
    <message>
      <source>A fault in Gantry</source>
      <translation>Gantry 出现故障</translation>
    </message>
    <message>
      <source>Gantry met something that should not happen. Nothing is lost: the parcel can be sent again.</source>
      <translation>Gantry 遇到了不该发生的情况。没有丢失任何数据：包裹可以重新发送。</translation>
    </message>
    <message>
      <source>Press Retry. If it happens again, give the technical details to your administrator.</source>
      <translation>请按“重试”。如果再次发生，请把技术细节交给管理员。</translation>
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
      <source>{names} different names stand under this patient ID.</source>
      <translation>该患者 ID 下有 {names} 个不同的姓名。</translation>
    </message>
    <message>
      <source>Check that it is one patient: a name may have been corrected, or an ID given twice.</source>
      <translation>请确认是同一名患者：可能是姓名更正过，也可能是 ID 重复使用。</translation>
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
      <source>They are kept and sent unchanged, in a parcel of their own.</source>
      <translation>它们会原样保留，并放在单独的包裹中发送。</translation>
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
      <translation>它们会原样保留并发送；归档系统可能拒收。</translation>
    </message>
    <message>
      <source>Different images under one identifier</source>
      <translation>同一标识下有不同的图像</translation>
    </message>
    <message>
      <source>{count} files share their SOP Instance UID with another file of different content.</source>
      <translation>{count} 个文件的 SOP Instance UID 与另一个内容不同的文件相同。</translation>
    </message>
    <message>
      <source>All are sent. An archive keeps only one of each: find out which is right.</source>
      <translation>全部都会发送。归档系统只会各保留一个：请查明哪个是对的。</translation>
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
      <source>Slices are probably missing</source>
      <translation>可能缺少切片</translation>
    </message>
    <message>
      <source>By their positions, {missing} slices are missing beside the {present} that are here, at {spacing} mm.</source>
      <translation>按位置推断，除现有 {present} 张外还缺 {missing} 张切片，间距 {spacing} 毫米。</translation>
    </message>
    <message>
      <source>Check that the export was complete.</source>
      <translation>请确认导出是否完整。</translation>
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
      <translation>Gantry 打包时会等待它们；最好等导出完成。</translation>
    </message>
    <message>
      <source>Images are cut short</source>
      <translation>图像不完整</translation>
    </message>
    <message>
      <source>{count} files hold fewer bytes than their image needs.</source>
      <translation>{count} 个文件的字节数少于图像所需。</translation>
    </message>
    <message>
      <source>Export or copy them again. As they are, they are sent unchanged.</source>
      <translation>请重新导出或复制。否则将原样发送。</translation>
    </message>
    <message>
      <source>A file that is also a program</source>
      <translation>同时也是程序的文件</translation>
    </message>
    <message>
      <source>{count} files begin like a program, as well as being DICOM.</source>
      <translation>{count} 个文件既是 DICOM，开头又像程序。</translation>
    </message>
    <message>
      <source>Don’t start them. Find out where they come from before you send them.</source>
      <translation>不要运行它们。发送前请查明其来源。</translation>
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
      <translation>链接；不跟随链接</translation>
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
      <source>ends in the middle of its header; copy it anew from where it comes from</source>
      <translation>文件头不完整；请从来源处重新复制</translation>
    </message>
    <message>
      <source>damaged: its header can’t be read</source>
      <translation>已损坏：文件头无法读取</translation>
    </message>
    <message>
      <source>nested too deep to be real</source>
      <translation>嵌套过深，不可能是真的</translation>
    </message>
    <message>
      <source>its header is too large to be real</source>
      <translation>文件头过大，不可能是真的</translation>
    </message>
    <message>
      <source>still being written by another program; scan again when that is done</source>
      <translation>另一个程序仍在写入；完成后请重新扫描</translation>
    </message>
    <message>
      <source>was gone before it could be read</source>
      <translation>读取之前已消失</translation>
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
      <source>points to a place outside what was dropped</source>
      <translation>指向拖入内容之外的位置</translation>
    </message>
    <message>
      <source>a damaged ZIP</source>
      <translation>ZIP 已损坏</translation>
    </message>
    <message>
      <source>a ZIP with a password; unpack it first</source>
      <translation>带密码的 ZIP；请先解压</translation>
    </message>
    <message>
      <source>a ZIP within a ZIP; unpack it first</source>
      <translation>ZIP 中的 ZIP；请先解压</translation>
    </message>
    <message>
      <source>larger, when unpacked, than a ZIP may be here; unpack it first</source>
      <translation>解压后超过允许的大小；请先解压</translation>
    </message>
    <message>
      <source>compressed in a way that Gantry can’t read; unpack it first</source>
      <translation>Gantry 无法读取这种压缩方式；请先解压</translation>
    </message>
    <message>
      <source>a fault in Gantry kept it from being read; please report it</source>
      <translation>Gantry 的故障导致无法读取；请报告</translation>
    </message>
    <message>
      <source>{host} says: “{words}”</source>
      <translation>{host} 的原话：“{words}”</translation>
    </message>
    <message>
      <source>the server</source>
      <translation>服务器</translation>
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
      <source>this parcel</source>
      <translation>该包裹</translation>
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
      <source>a setting</source>
      <translation>某项设置</translation>
    </message>
    <message>
      <source>some space</source>
      <translation>一些空间</translation>
    </message>
    <message>
      <source>too few bytes</source>
      <translation>太少的空间</translation>
    </message>
    <message>
      <source>some</source>
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
      <source>others</source>
      <translation>其他</translation>
    </message>
    <message>
      <source>all</source>
      <translation>全部</translation>
    </message>
    <message>
      <source>unknown</source>
      <translation>未知</translation>
    </message>
    <message>
      <source>an older one</source>
      <translation>较旧的格式</translation>
    </message>
    <message>
      <source>an option</source>
      <translation>某个选项</translation>
    </message>
    <message>
      <source>other values</source>
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
      <source>receiver's SHA-256</source>
      <translation>接收端的 SHA-256</translation>
    </message>
    <message>
      <source>reading it back</source>
      <translation>回读比对</translation>
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
      <source>the server's answers (STOW-RS)</source>
      <translation>服务器的应答（STOW-RS）</translation>
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
      <source>the server's answers (C-STORE)</source>
      <translation>服务器的应答（C-STORE）</translation>
    </message>
    <message>
      <source>XNAT's answer</source>
      <translation>XNAT 的应答</translation>
    </message>
    <message>
      <source>XNAT's count of files</source>
      <translation>XNAT 的文件计数</translation>
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
      <source>Right service</source>
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
      <source>Not needed for a folder.</source>
      <translation>文件夹不需要此步骤。</translation>
    </message>
    <message>
      <source>The system signs in to shares.</source>
      <translation>共享由系统登录。</translation>
    </message>
    <message>
      <source>The folder is there.</source>
      <translation>文件夹存在。</translation>
    </message>
    <message>
      <source>Plain DICOM is not encrypted.</source>
      <translation>普通 DICOM 连接不加密。</translation>
    </message>
    <message>
      <source>DICOM has none.</source>
      <translation>DICOM 无大小限制。</translation>
    </message>
    <message>
      <source>Not tried: a test image would be taken for a patient's.</source>
      <translation>未测试：测试图像可能被当成患者的图像。</translation>
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
      <source>None is needed.</source>
      <translation>不需要登录。</translation>
    </message>
    <message>
      <source>Accepted.</source>
      <translation>已接受。</translation>
    </message>
    <message>
      <source>Something answers there.</source>
      <translation>该地址有响应。</translation>
    </message>
    <message>
      <source>Not tried: what is posted can't be deleted again.</source>
      <translation>未测试：上传的内容无法再删除。</translation>
    </message>
    <message>
      <source>Not tried: what is imported can't be deleted again.</source>
      <translation>未测试：导入的内容无法再删除。</translation>
    </message>
    <message>
      <source>Not tried: the server deletes nothing.</source>
      <translation>未测试：服务器不支持删除。</translation>
    </message>
    <message>
      <source>Archives go in parts.</source>
      <translation>归档分块发送。</translation>
    </message>
    <message>
      <source>None found.</source>
      <translation>未发现限制。</translation>
    </message>
  </context>
</TS>
